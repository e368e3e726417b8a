import fc from 'fast-check';
import type { WireEvent } from './events.js';
import { anyTime, founding, moment, momentText, recent, type Moment } from './moments.js';
import {
  EMAILS,
  EVENT_ID_HEADS,
  INVITEES,
  NAMES,
  ORGS,
  ORG_NAMES,
  ROLES,
  SOURCES,
  USERS,
} from './pools.js';
import { traits } from './random-traits.js';

/** An event without an identity; `ago` is its distance from today's start, in ms, ≥ 1. */
interface Draft {
  type: string;
  ago: number;
  data: Record<string, unknown>;
  /** Shared with the previous draft: the millisecond, or also the id (in another source). */
  tie: 'none' | 'time' | 'time and id';
}

/** Earlier values are more frequent, so that a few users and orgs have most of the history. */
function skewed(values: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    ...values.map((value, i) => ({ arbitrary: fc.constant(value), weight: values.length - i + 1 })),
  );
}

const user = skewed(USERS);
const org = skewed(ORGS);
const role = fc.constantFrom(...ROLES);
const name = fc.constantFrom(...NAMES);
const orgName = fc.constantFrom(...ORG_NAMES);
const email = fc.constantFrom(...EMAILS);

/** Present with the given value, present as `null`, or left out. */
function clearable(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: value, weight: 3 },
    { arbitrary: fc.constant(null), weight: 1 },
    { arbitrary: fc.constant(undefined), weight: 2 },
  );
}

/** Present, or left out. */
function optional(value: fc.Arbitrary<unknown>, presentOutOf10 = 6): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: value, weight: presentOutOf10 },
    { arbitrary: fc.constant(undefined), weight: 10 - presentOutOf10 },
  );
}

/** A draft of an event; `at` is how long ago. Undefined fields are left out. */
function draft(
  type: string,
  at: fc.Arbitrary<number>,
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Draft> {
  const tie = fc.oneof(
    { arbitrary: fc.constant('none' as const), weight: 16 },
    { arbitrary: fc.constantFrom('time' as const, 'time and id' as const), weight: 3 },
  );
  return fc.record({ type: fc.constant(type), ago: at, data: fc.record(fields), tie });
}

const signupParameters = fc.dictionary(
  fc.constantFrom('utm_source', 'ref', 'Ünï'),
  fc.constantFrom('ad', '', '\u{1F600}'),
  { maxKeys: 2, noNullPrototype: true },
);

const profile = {
  username: clearable(name),
  first_name: clearable(name),
  last_name: clearable(name),
  signup_query_parameters: optional(signupParameters, 4),
  traits: optional(traits, 4),
};

function createdUser(id: fc.Arbitrary<string>, at: fc.Arbitrary<number>): fc.Arbitrary<Draft> {
  const created_at = optional(moment, 4);
  // Some users have no address; `null` has the same effect as no field.
  return draft('user.created', at, {
    user_id: id,
    email: clearable(email),
    ...profile,
    created_at,
  });
}

function createdOrg(id: fc.Arbitrary<string>, at: fc.Arbitrary<number>): fc.Arbitrary<Draft> {
  const created_at = optional(moment, 4);
  return draft('org.created', at, {
    org_id: id,
    name: orgName,
    created_at,
    traits: optional(traits, 4),
  });
}

function activity(id: fc.Arbitrary<string>, at: fc.Arbitrary<number>): fc.Arbitrary<Draft> {
  return draft('user.active', at, { user_id: id, org_id: fc.oneof(...NAMED_OF_10) });
}

/** Some activity names an org; the user need not be a member, and the org need not exist. */
const NAMED_OF_10 = [
  { arbitrary: fc.constant(undefined), weight: 6 },
  { arbitrary: org, weight: 4 },
];

/** A step of a pair at any time, so that removals without additions occur too. */
function membershipStep(userId: string, orgId: string): fc.Arbitrary<Draft> {
  const pair = { user_id: fc.constant(userId), org_id: fc.constant(orgId) };
  return fc.oneof(
    {
      arbitrary: draft('user.added_to_org', anyTime, { ...pair, role: optional(role) }),
      weight: 4,
    },
    { arbitrary: draft('user.removed_from_org', anyTime, pair), weight: 3 },
    {
      arbitrary: draft('user.role_changed_within_org', anyTime, { ...pair, role }),
      weight: 1,
    },
  );
}

/** Removals, counted or not, before an unknown start, and activity around them. */
function lateRoleChange(userId: string, orgId: string): fc.Arbitrary<Draft[]> {
  const pair = { user_id: fc.constant(userId), org_id: fc.constant(orgId) };
  const removal = draft('user.removed_from_org', anyTime, pair);
  return fc
    .tuple(
      fc.array(removal, { minLength: 1, maxLength: 3 }),
      draft('user.role_changed_within_org', recent, { ...pair, role }),
      fc.array(activity(fc.constant(userId), anyTime), { maxLength: 3 }),
    )
    .map(([removals, change, days]) => [...removals, change, ...days]);
}

const invite = draft('user.invited_to_org', fc.oneof(recent, anyTime), {
  inviter_user_id: user,
  invitee_email: fc.constantFrom(...INVITEES.flat()),
  org_id: optional(org),
  role: optional(role),
});

const userUpdate = draft('user.updated', anyTime, {
  user_id: user,
  email: optional(email, 4),
  ...profile,
  // Not a profile field: it must have no effect.
  created_at: optional(moment, 1),
});

const orgUpdate = draft('org.updated', anyTime, {
  org_id: org,
  name: optional(orgName),
  traits: optional(traits, 6),
});

/** A few events about the same subjects. */
const story: fc.Arbitrary<Draft[]> = fc.oneof(
  {
    arbitrary: fc
      .tuple(user, org)
      .chain(([userId, orgId]) =>
        fc.array(membershipStep(userId, orgId), { minLength: 1, maxLength: 4 }),
      ),
    weight: 5,
  },
  {
    arbitrary: user.chain((id) =>
      fc.array(activity(fc.constant(id), fc.oneof(recent, anyTime)), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
    weight: 3,
  },
  {
    arbitrary: fc.tuple(user, org).chain(([userId, orgId]) => lateRoleChange(userId, orgId)),
    weight: 2,
  },
  { arbitrary: invite.map((event) => [event]), weight: 3 },
  { arbitrary: userUpdate.map((event) => [event]), weight: 2 },
  { arbitrary: orgUpdate.map((event) => [event]), weight: 1 },
  { arbitrary: createdUser(user, anyTime).map((event) => [event]), weight: 1 },
  { arbitrary: createdOrg(org, anyTime).map((event) => [event]), weight: 1 },
);

/** Deletions: rare and mostly recent, since a subject that was deleted long ago is in no report. */
const deletion: fc.Arbitrary<Draft> = fc.oneof(
  draft('user.deleted', fc.oneof(recent, anyTime), { user_id: user }),
  draft('org.deleted', fc.oneof(recent, anyTime), { org_id: org }),
);

/** Most users and orgs are created long ago, so that they can churn and come back. */
function founded(): fc.Arbitrary<Draft[]> {
  const users = USERS.slice(0, -2).map((id) => createdUser(fc.constant(id), founding));
  const orgs = ORGS.slice(0, -1).map((id) => createdOrg(fc.constant(id), founding));
  const members = USERS.slice(0, 4).flatMap((id) =>
    ORGS.slice(0, 2).map((orgId) =>
      draft('user.added_to_org', founding, {
        user_id: fc.constant(id),
        org_id: fc.constant(orgId),
        role: optional(role),
      }),
    ),
  );
  const creations = fc.tuple(...[...users, ...orgs].map((one) => fc.option(one, { freq: 7 })));
  const joins = fc.tuple(...members.map((one) => fc.option(one, { freq: 1 })));
  return fc
    .tuple(creations, joins)
    .map(([a, b]) => [...a, ...b].filter((one): one is Draft => one !== null));
}

function dataOf(drafted: Draft, todayMs: number): Record<string, unknown> {
  const present = Object.entries(drafted.data).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    present.map(([field, value]) =>
      field === 'created_at' ? [field, momentText(value as Moment, todayMs)] : [field, value],
    ),
  );
}

interface Identity {
  source: string;
  id: string;
}

const identity: fc.Arbitrary<Identity> = fc.record({
  source: fc.constantFrom(...SOURCES),
  id: fc
    .tuple(fc.constantFrom(...EVENT_ID_HEADS), fc.nat({ max: 99 }))
    .map(([head, number]) => `${head}${number}`),
});

/** Gives each draft a time and an identity: ids in random order, unique within a source. */
function stamp(drafts: readonly Draft[], identities: readonly Identity[], todayMs: number) {
  const taken = new Set<string>();
  const events: WireEvent[] = [];
  for (const [i, drafted] of drafts.entries()) {
    const before = events.at(-1);
    let { source, id } = identities[i]!;
    if (before && drafted.tie === 'time and id') {
      id = before.id;
      source = SOURCES.find((one) => one !== before.source)!;
    }
    while (taken.has(`${source}:${id}`)) id += '+';
    taken.add(`${source}:${id}`);
    const time =
      before && drafted.tie !== 'none'
        ? before.time
        : new Date(todayMs - drafted.ago).toISOString();
    events.push({ id, source, type: drafted.type, time, data: dataOf(drafted, todayMs) });
  }
  return events;
}

/**
 * Random histories: at most `maxEvents` valid events, in no order of time, all before 00:00 UTC of
 * `today` (`YYYY-MM-DD`), without repeated identities.
 */
export function historyArb(options: {
  today: string;
  maxEvents: number;
}): fc.Arbitrary<WireEvent[]> {
  const { maxEvents } = options;
  const todayMs = Date.parse(`${options.today}T00:00:00.000Z`);
  const stories = fc.array(story, { maxLength: maxEvents, size: 'max' });
  const deletions = fc.array(deletion, { maxLength: 2 });
  const identities = fc.array(identity, { minLength: maxEvents, maxLength: maxEvents });
  return fc
    .tuple(founded(), deletions, stories, identities)
    .map(([start, ends, storyDrafts, ids]) =>
      stamp(
        [...start.slice(0, maxEvents / 2), ...ends, ...storyDrafts.flat()].slice(0, maxEvents),
        ids,
        todayMs,
      ),
    );
}
