import { z } from 'zod';
import { nameSchemas } from './named.js';
import { page } from './parameters.js';

// The shapes of /api/admin/v1/audit, and the names of what the audit log records.

/** What acted: an API key, a session that a key began, a signed-in person, the command line, insightd itself. */
const ACTOR_KINDS = ['key', 'session', 'person', 'cli', 'system'] as const;

/** Every recorded action: what it was done to, and what was done. */
const AUDIT_ACTIONS = [
  'session.started',
  'session.refused',
  'session.ended',
  'sessions.ended',
  'key.refused',
  'key.created',
  'key.revoked',
  'exclusions.changed',
  'segment.created',
  'segment.changed',
  'segment.removed',
  'subscription.created',
  'subscription.changed',
  'subscription.removed',
  'subscription.tested',
  'subscription.replayed',
  'subscription.secret_rotated',
  'run.requested',
  'run.withdrawn',
  'person.exported',
  'store.exported',
  'dead_letters.exported',
  'dead_letters.replayed',
  'data.erased',
  'data.imported',
] as const;

const detail = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable();

const auditActor = z.object({
  kind: z.enum(ACTOR_KINDS),
  name: z
    .string()
    .nullable()
    .describe(
      'the name of the key, or the address of the person; null for a request without a valid key',
    ),
  key_id: z.string().nullable().describe('the id of the key, or of the key of the session'),
});

const auditEntry = z.object({
  id: z.string().describe('rises with time'),
  at: z.int().min(0).describe('unix seconds'),
  actor: auditActor,
  action: z.enum(AUDIT_ACTIONS),
  target: z
    .string()
    .nullable()
    .describe(
      'the id of the key, segment, subscription or run; users and orgs as `hash:` and digits',
    ),
  details: z
    .record(z.string(), detail)
    .describe(
      'contains no secrets and no personal data except the address of the person who acted',
    ),
  ip: z.string().nullable().describe('the address of the client; null for the command line'),
});

const auditEntryId = z.string().regex(/^\d{1,18}$/, 'must be the id of an entry');

export const auditQuery = z.object({
  ...page,
  before: auditEntryId.optional().describe('only entries older than the entry with this id'),
  action: z
    .enum(AUDIT_ACTIONS, `must be one of ${AUDIT_ACTIONS.join(', ')}`)
    .optional()
    .describe('only entries of this action'),
  user_id: z.string().min(1).optional().describe('only entries about this user'),
});

const count = z.int().min(0);

export const auditPage = z.object({
  entries: z.array(auditEntry),
  current_page: count,
  total_count: count,
  page_size: z.int().min(1).max(100),
  has_more_results: z.boolean(),
  next_before: z
    .string()
    .nullable()
    .describe('`before` of the next page, which new entries do not shift; null on the last page'),
});

nameSchemas({ AuditEntry: auditEntry, AuditActor: auditActor, AuditPage: auditPage });

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
export type AuditActor = z.infer<typeof auditActor>;
export type AuditDetails = z.infer<typeof auditEntry>['details'];
export type AuditEntry = z.infer<typeof auditEntry>;
export type AuditPage = z.infer<typeof auditPage>;
