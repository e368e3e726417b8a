import { z } from 'zod';
import { nameSchemas } from './named.js';
import { deadLetter } from './ingest-shapes.js';

// The shape of /api/insights/v1/users/<id>/export: everything that the store keeps about one person.

const seconds = z.int().describe('unix seconds');

/** The event that a value comes from. */
const origin = {
  at: seconds,
  event_id: z
    .string()
    .describe('of a source that cannot order its messages, preceded by the time of receipt'),
  source: z.string(),
};

const step = z.object({
  kind: z.enum(['added', 'removed', 'role_changed']),
  role: z.string().nullable(),
  ...origin,
});

const span = z.object({
  from: seconds.nullable().describe('null when the beginning is unknown and nothing limits it'),
  is_start_known: z.boolean(),
  to: seconds.nullable().describe('null while the person is a member'),
  role: z.string(),
});

const hash = z.string().describe('a keyed hash, hexadecimal');
const orgId = z.string().nullable().describe('null when no organization was named');

export const personExport = z.object({
  user_id: z.string(),
  exported_at: seconds,
  time_zone: z.string().describe('the time zone of the days'),
  state: z
    .enum(['existing', 'deleted', 'mentioned'])
    .describe('`mentioned`: no creation of this user was reported'),
  note: z.string().nullable(),
  created_at: seconds.nullable(),
  deleted: z.object(origin).nullable(),
  profile: z.array(
    z.object({
      field: z.string(),
      value: z
        .union([z.string(), z.record(z.string(), z.string())])
        .nullable()
        .describe('null for a field that was cleared'),
      ...origin,
    }),
  ),
  traits: z.array(
    z.object({
      key: z.string(),
      value: z
        .union([z.string(), z.number(), z.boolean()])
        .nullable()
        .describe('null for a trait that was cleared'),
      ...origin,
    }),
  ),
  last_active_at: seconds.nullable(),
  active_days: z.array(
    z.object({
      day: z.string().describe('YYYY-MM-DD'),
      org_ids: z.array(z.string()).describe('the organizations that activity named on the day'),
    }),
  ),
  memberships: z.array(
    z.object({
      org_id: z.string(),
      org_name: z.string().nullable(),
      steps: z.array(step).describe('in their order'),
      spans: z.array(span).describe('the memberships that follow from the steps'),
    }),
  ),
  erased_email: z
    .object({ domain: hash.nullable(), parent_domains: z.array(hash), ...origin })
    .nullable()
    .describe('of a deleted user: the hashes of the domain of the e-mail'),
  exclusion: z.object({
    excluded: z.boolean(),
    email_domains: z.array(z.string()).describe('the rules that exclude the person'),
    user_ids: z.array(z.string()),
  }),
  invites_received: z
    .array(z.object({ at: seconds, org_id: orgId, inviter_user_id: z.string() }))
    .describe('found by the hash of the present e-mail'),
  pending_fetches: z
    .array(
      z.object({
        source: z.string(),
        event_id: z.string(),
        added_at: seconds,
        error: z.string().nullable(),
      }),
    )
    .describe('values of the person that a source has yet to answer'),
  invites_sent: z.array(z.object({ at: seconds, org_id: orgId, invitee_hash: hash })),
  dead_letters: z
    .array(deadLetter)
    .describe('rejected events that mention the id, the e-mail, the username or the whole name'),
});

nameSchemas({ PersonExport: personExport });

export type PersonExport = z.infer<typeof personExport>;
