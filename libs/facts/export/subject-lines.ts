import { PROFILE_FIELDS, type TraitValue } from '#libs/contracts';
import type { Connection } from '#libs/database';
import type { Version } from '../membership/version.js';
import { rowsOf } from './cursor.js';
import { milliseconds, timeOf, unversioned, versioned, type EventLine } from './lines.js';
import { partsOf } from '../membership/version.js';

const FIELDS = [...PROFILE_FIELDS, 'signup_query_parameters'] as const;

/** The traits of a subject as one JSON value: key, value and hexadecimal version. */
const traitsOf = (table: string, column: string, key: string) => `
  (select json_agg(json_build_array(t.key, t.value, encode(t.stamp, 'hex')) order by t.key)
   from ${table} t where t.${column} = ${key}) as traits`;

const USERS = `
  select i.user_id as id, ${milliseconds('u.created_at')} as "createdAt", u.deleted_stamp as deletion,
    ${FIELDS.flatMap((field) => [`p.${field}`, `p.${field}_stamp`]).join(', ')},
    ${traitsOf('user_traits', 'user_key', 'u.id')}
  from users u join user_ids i on i.id = u.id left join user_profiles p on p.user_key = u.id
  order by u.id`;
const ORGS = `
  select i.org_id as id, ${milliseconds('o.created_at')} as "createdAt", o.deleted_stamp as deletion,
    o.name, o.name_stamp, ${traitsOf('org_traits', 'org_key', 'o.id')}
  from orgs o join org_ids i on i.id = o.id
  order by o.id`;

type Stored = Record<string, unknown> & {
  id: string;
  createdAt: number | null;
  deletion: Version | null;
  traits: [key: string, value: TraitValue | null, version: string][] | null;
};

/** The values that one event carried. */
interface Carried {
  version: Version;
  data: Record<string, unknown>;
}

/** Events that produce the existence, the profiles and the traits of all users. */
export async function* userLines(db: Connection): AsyncGenerator<EventLine> {
  for await (const row of rowsOf<Stored>(db, USERS)) yield* linesOf(row, 'user', FIELDS);
}

/** Events that produce the existence, the names and the traits of all orgs. */
export async function* orgLines(db: Connection): AsyncGenerator<EventLine> {
  for await (const row of rowsOf<Stored>(db, ORGS)) {
    // The version of a deleted name has no effect.
    const { deletion, name_stamp: stamp, ...rest } = row;
    const kept = deletion === null ? { ...rest, name_stamp: stamp } : rest;
    yield* linesOf({ ...kept, deletion }, 'org', ['name']);
  }
}

function* linesOf(
  row: Stored,
  subject: 'user' | 'org',
  fields: readonly string[],
): Generator<EventLine> {
  const { id, createdAt, deletion } = row;
  const idOf = { [`${subject}_id`]: id };
  const [first, ...others] = carriedBy(row, fields);
  if (createdAt !== null) {
    const data = { ...idOf, created_at: timeOf(createdAt), ...first?.data };
    // A creation counts from `created_at`; the version is that of the values.
    yield first
      ? versioned(`${subject}.created`, first.version, data)
      : unversioned(`${subject}.created`, `created/${id}`, createdAt, data);
  } else if (first)
    yield versioned(`${subject}.updated`, first.version, { ...idOf, ...first.data });
  for (const { version, data } of others) {
    yield versioned(`${subject}.updated`, version, { ...idOf, ...data });
  }
  if (deletion) yield versioned(`${subject}.deleted`, deletion, idOf);
}

/** The values of a subject, grouped by the event that carried them. */
function carriedBy(row: Stored, fields: readonly string[]): Carried[] {
  const groups = new Map<string, Carried>();
  const groupOf = (version: Version) => {
    const key = version.toString('hex');
    const group = groups.get(key) ?? { version, data: {} };
    groups.set(key, group);
    return group;
  };
  for (const field of fields) {
    const version = row[`${field}_stamp`] as Version | null | undefined;
    if (version) groupOf(version).data[field] = row[field];
  }
  const traits = new Map<Carried, [string, TraitValue | null][]>();
  for (const [key, value, version] of row.traits ?? []) {
    const group = groupOf(Buffer.from(version, 'hex'));
    traits.set(group, [...(traits.get(group) ?? []), [key, value]]);
  }
  for (const [group, entries] of traits) group.data['traits'] = Object.fromEntries(entries);
  return [...groups.values()];
}

const ERASED_DOMAINS = `
  select i.user_id as "userId", encode(e.domain, 'hex') as domain, e.stamp,
    array(select encode(parent, 'hex') from unnest(e.parents) with ordinality as p (parent, place) order by place) as parents
  from erased_domains e join user_ids i on i.id = e.user_key
  order by e.user_key`;

interface ErasedRow {
  userId: string;
  domain: string | null;
  parents: string[];
  stamp: Version;
}

/** The hashes of the domains of deleted users' e-mails, as the data of lines. */
export async function* erasedDomainLines(db: Connection): AsyncGenerator<Record<string, unknown>> {
  for await (const { userId, domain, parents, stamp } of rowsOf<ErasedRow>(db, ERASED_DOMAINS)) {
    const { at, id, source } = partsOf(stamp);
    yield { user_id: userId, time: timeOf(at), event_id: id, source, domain, parents };
  }
}
