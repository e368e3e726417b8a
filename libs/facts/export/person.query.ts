import { PROFILE_FIELDS, formatDay, type PersonExport } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { BLOCK_SHIFT, BLOCK_SIZE } from '../blocks/day-block.js';
import { NO_ORG } from '../blocks/no-org.js';
import { spansOf } from '../membership/membership-replay.js';
import { startOf, type Span } from '../membership/replay.js';
import type { StepKind } from '../membership/step-kind.js';
import { unpackSteps } from '../membership/steps.js';
import { partsOf, type Version } from '../membership/version.js';
import { notExcluded } from '../read/excluded.js';
import { lastActiveOf, pairsOf } from '../read/user-history.query.js';

const FIELDS = [...PROFILE_FIELDS, 'signup_query_parameters'] as const;

const PERSON = `
  select i.id as key, floor(extract(epoch from u.created_at))::float8 as "createdAt", u.deleted_stamp as deletion,
    not (${notExcluded('excluded_users', 'i.id')}) as excluded,
    ${FIELDS.flatMap((field) => [`p.${field}`, `p.${field}_stamp`]).join(', ')},
    encode(e.domain, 'hex') as domain, e.stamp as "domainVersion",
    array(select encode(parent, 'hex') from unnest(e.parents) parent) as parents
  from user_ids i left join users u on u.id = i.id left join user_profiles p on p.user_key = i.id
  left join erased_domains e on e.user_key = i.id
  where i.user_id = $1`;

type PersonRow = Record<string, unknown> & {
  key: number;
  createdAt: number | null;
  deletion: Version | null;
  excluded: boolean;
  domain: string | null;
  domainVersion: Version | null;
  parents: string[];
};

/** The facts about one person that fit in memory: all but sent invites. */
type PersonFacts = Omit<
  PersonExport,
  | ('exported_at' | 'time_zone' | 'note' | 'invites_sent' | 'invites_received')
  | ('pending_fetches' | 'dead_letters')
>;

/** A person that the store has facts about. */
export interface KnownPerson {
  key: number;
  facts: PersonFacts;
}

/** The facts about the user with an id, exclusions notwithstanding, without the unfolded log; undefined for an unknown id. */
export async function personFacts(db: Queryable, userId: string): Promise<KnownPerson | undefined> {
  if (userId.includes('\0')) return undefined;
  const [row] = (await db.query<PersonRow>(PERSON, [userId])).rows;
  if (!row) return undefined;
  const { key, createdAt, deletion, excluded } = row;
  const lastActive = (await lastActiveOf(db, [key])).get(key)!;
  const isDeleted = deletion !== null;
  return {
    key,
    facts: {
      user_id: userId,
      state: isDeleted ? 'deleted' : createdAt === null ? 'mentioned' : 'existing',
      created_at: createdAt,
      deleted: deletion && originOf(deletion),
      profile: FIELDS.flatMap((field) => {
        const version = row[`${field}_stamp`] as Version | null;
        const value = row[field] as string | Record<string, string> | null;
        return version ? [{ field, value, ...originOf(version) }] : [];
      }),
      traits: await traitsOf(db, key),
      last_active_at: lastActive === 0 ? createdAt : lastActive,
      active_days: await activeDaysOf(db, key),
      memberships: await membershipsOf(db, key, deletion),
      erased_email: row.domainVersion && {
        ...{ domain: row.domain, parent_domains: row.parents },
        ...originOf(row.domainVersion),
      },
      exclusion: { excluded, ...(await rulesAbout(db, key)) },
    },
  };
}

function originOf(version: Version): { at: number; event_id: string; source: string } {
  const { at, id, source } = partsOf(version);
  return { at: seconds(at), event_id: id, source };
}

const seconds = (ms: number) => Math.floor(ms / 1000);

const TRAITS = 'select key, value, stamp from user_traits where user_key = $1 order by key';

async function traitsOf(db: Queryable, key: number): Promise<PersonExport['traits']> {
  type Row = Pick<PersonExport['traits'][number], 'key' | 'value'> & { stamp: Version };
  const { rows } = await db.query<Row>(TRAITS, [key]);
  return rows.map(({ stamp, ...trait }) => ({ ...trait, ...originOf(stamp) }));
}

// One index look-up per day.
const DAYS = `
  select (activity.day - date '1970-01-01')::float8 * 86400000 as day
  from (select min(day) as first, max(day) as last from activity) range
  cross join generate_series(range.first, range.last, interval '1 day') one (day)
  join activity on activity.day = one.day::date and activity.block = $1
  where get_bit(activity.bits, $2) = 1
  order by 1`;
const NAMED = `
  with pairs as materialized (select * from unnest($1::int[], $2::int[]) as pair (id, org_key))
  select (n.day - date '1970-01-01')::float8 * 86400000 as day, o.org_id as org
  from pairs pair
  join named_activity n on n.block = pair.id >> ${BLOCK_SHIFT}
  join org_ids o on o.id = pair.org_key
  where get_bit(n.bits, pair.id & ${BLOCK_SIZE - 1}) = 1
  order by 1, 2`;

async function activeDaysOf(db: Queryable, key: number): Promise<PersonExport['active_days']> {
  const days = await db.query<{ day: number }>(DAYS, [key >> BLOCK_SHIFT, key & (BLOCK_SIZE - 1)]);
  const pairs = await pairsOf(db, key);
  const named = await db.query<{ day: number; org: string }>(NAMED, [
    ...[pairs.map(({ id }) => id), pairs.map(({ org }) => org)],
  ]);
  const orgs = new Map<number, string[]>();
  for (const { day, org } of named.rows) orgs.set(day, [...(orgs.get(day) ?? []), org]);
  return days.rows.map(({ day }) => ({ day: formatDay(day), org_ids: orgs.get(day) ?? [] }));
}

const MEMBERSHIPS = `
  select i.org_id, o.name as org_name, m.steps, o.deleted_stamp as deletion
  from memberships m join org_ids i on i.id = m.org_key left join orgs o on o.id = m.org_key
  where m.user_key = $1
  order by i.org_id`;
const KINDS: Record<StepKind, 'added' | 'removed' | 'role_changed'> = {
  add: 'added',
  remove: 'removed',
  role: 'role_changed',
};

async function membershipsOf(
  db: Queryable,
  key: number,
  userDeletion: Version | null,
): Promise<PersonExport['memberships']> {
  type Row = {
    org_id: string;
    org_name: string | null;
    steps: Buffer;
    deletion: Version | null;
  };
  const { rows } = await db.query<Row>(MEMBERSHIPS, [key]);
  return rows.map(({ steps, deletion, ...org }) => {
    const ends = [userDeletion, deletion].filter((end) => end !== null);
    const [end] = ends.sort((one, other) => Buffer.compare(one, other));
    return {
      ...org,
      steps: unpackSteps(steps).map(({ version, kind, role }) => ({
        ...{ kind: KINDS[kind], role },
        ...originOf(version),
      })),
      spans: spansOf(steps, end).map(viewOf),
    };
  });
}

function viewOf(span: Span): PersonExport['memberships'][number]['spans'][number] {
  return {
    from: span.from === -Infinity ? null : seconds(span.from),
    is_start_known: startOf(span) !== undefined,
    to: span.to === Infinity ? null : seconds(span.to),
    role: span.role,
  };
}

const RULES = `
  select r.kind, r.value
  from exclusion_rules r
  left join user_profiles p on p.user_key = $1
  left join erased_domains e on e.user_key = $1
  where (r.kind = 'user' and r.key = $1)
    or (r.kind = 'domain' and (r.value = p.email_domain or r.hash = e.domain))
    or (r.kind = 'subdomains' and (r.value = any(parent_domains(p.email_domain)) or r.hash = any(e.parents)))
  order by r.place`;

async function rulesAbout(
  db: Queryable,
  key: number,
): Promise<Omit<PersonExport['exclusion'], 'excluded'>> {
  const { rows } = await db.query<{ kind: string; value: string }>(RULES, [key]);
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ value }) => value);
  const subdomains = of('subdomains').map((domain) => `*.${domain}`);
  return { email_domains: [...of('domain'), ...subdomains], user_ids: of('user') };
}

const RECEIVED = `
  select floor(extract(epoch from v.at))::float8 as at, o.org_id, u.user_id as inviter_user_id
  from invites v join user_ids u on u.id = v.inviter_key
  left join org_ids o on o.id = v.org_key and v.org_key <> ${NO_ORG}
  where v.invitee_hash = $1
  order by v.at, u.user_id, o.org_id`;

/** The invites of an address, by its hash. Reads all invites of the store. */
export async function invitesReceived(
  db: Queryable,
  inviteeHash: Buffer,
): Promise<PersonExport['invites_received']> {
  type Row = PersonExport['invites_received'][number];
  return (await db.query<Row>(RECEIVED, [inviteeHash])).rows;
}

const INVITES_AT_ONCE = 1_000;
const SENT = `
  select v.at::text as instant, v.org_key as "orgKey", floor(extract(epoch from v.at))::float8 as at,
    o.org_id, encode(v.invitee_hash, 'hex') as invitee_hash
  from invites v left join org_ids o on o.id = v.org_key and v.org_key <> ${NO_ORG}
  where v.inviter_key = $1 and (v.invitee_hash, v.at, v.org_key) > ($2::bytea, $3::timestamptz, $4::int)
  order by v.invitee_hash, v.at, v.org_key
  limit ${INVITES_AT_ONCE}`;

/** The invites that a user sent, read in parts. */
export async function* invitesSent(
  db: Queryable,
  userKey: number,
): AsyncGenerator<PersonExport['invites_sent'][number]> {
  type Row = PersonExport['invites_sent'][number] & { instant: string; orgKey: number };
  let after: [hash: string, instant: string, orgKey: number] = ['', '-infinity', -1];
  for (;;) {
    const [hash, ...rest] = after;
    const { rows } = await db.query<Row>(SENT, [userKey, Buffer.from(hash, 'hex'), ...rest]);
    for (const { at, org_id, invitee_hash } of rows) yield { at, org_id, invitee_hash };
    const last = rows.at(-1);
    if (!last || rows.length < INVITES_AT_ONCE) return;
    after = [last.invitee_hash, last.instant, last.orgKey];
  }
}
