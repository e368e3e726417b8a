import { idSchema } from '#libs/contracts';
import { inviteesIn } from '../../dead-letters/addresses.js';
import { mayBeStandard, standardSecretProblem, verifyStandard } from '../signed.js';
import type { Fetch, Translation, WebhookSource } from '../source.js';
import { byType, member, toEvent, textMember, type Translators } from '../event-builders.js';
import { propelAuthFetcher } from './fetchers.js';

// PropelAuth's messages are flat and have no time of their own. Events get the message's time.
const TRANSLATORS: Translators<unknown> = {
  'user.created': (body) => toEvent('user.created', { ...user(body), ...names(body) }),
  'user.updated': (body) => fetchLater('user', member(body, 'user_id')),
  'user.deleted': (body) => toEvent('user.deleted', user(body)),
  'user.login': (body) => toEvent('user.active', user(body)),
  'org.created': (body) => toEvent('org.created', { ...org(body), name: member(body, 'name') }),
  'org.updated': (body) => fetchLater('org', member(body, 'org_id')),
  'org.deleted': (body) => toEvent('org.deleted', org(body)),
  'user.added_to_org': (body) =>
    toEvent('user.added_to_org', { ...user(body), ...org(body), role: member(body, 'role') }),
  'user.removed_from_org': (body) =>
    toEvent('user.removed_from_org', {
      user_id: firstOf(body, ['removed_user_id', 'user_id']),
      ...org(body),
    }),
  'user.role_changed_within_org': (body) =>
    toEvent('user.role_changed_within_org', {
      ...user(body),
      ...org(body),
      role: firstOf(body, ['new_role', 'role']),
    }),
  'user.invited_to_org': (body) => {
    const inviter_user_id = firstOf(body, INVITER_FIELDS);
    const invitee_email = firstOf(body, INVITEE_FIELDS);
    if (inviter_user_id === undefined || invitee_email === undefined) return 'unused';
    const role = member(body, 'role');
    return toEvent('user.invited_to_org', { inviter_user_id, invitee_email, ...org(body), role });
  },
};

// The fields of an invite are not documented. These names would be unambiguous.
const INVITER_FIELDS = ['inviter_user_id', 'inviter_id', 'invited_by_user_id', 'invited_by'];
const INVITEE_FIELDS = ['invitee_email', 'invited_email', 'user_email', 'email', 'invitee'];

/** PropelAuth. Its webhooks are delivered by Svix. */
export const source: WebhookSource = {
  name: 'propelauth',
  // Times are whole seconds, ids are random.
  isOrderedByArrival: true,
  secretProblem: standardSecretProblem,
  mayBeProven: mayBeStandard,
  verify: verifyStandard,
  typeOf,
  translate: ({ body }) => byType(TRANSLATORS, 'event_type', typeOf(body), body),
  inviteesOf: (body) => inviteesIn(body, typeOf(body) === 'user.invited_to_org'),
  fetcher: propelAuthFetcher,
};

function typeOf(body: unknown): string | undefined {
  return textMember(body, 'event_type');
}

function user(body: unknown): Record<string, unknown> {
  return { user_id: member(body, 'user_id') };
}

function org(body: unknown): Record<string, unknown> {
  return { org_id: member(body, 'org_id') };
}

function names(body: unknown): Record<string, unknown> {
  const fields = ['email', 'username', 'first_name', 'last_name'];
  return Object.fromEntries(fields.map((field) => [field, member(body, field)]));
}

function firstOf(body: unknown, fields: readonly string[]): unknown {
  const field = fields.find((name) => (member(body, name) ?? undefined) !== undefined);
  return field === undefined ? undefined : member(body, field);
}

function fetchLater(kind: Fetch['kind'], id: unknown): Translation {
  const parsed = idSchema.safeParse(id);
  if (parsed.success) return { events: [], fetches: [{ kind, id: parsed.data }] };
  return { errors: { [`${kind}_id`]: parsed.error.issues.map(({ message }) => message) } };
}
