import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ChartOrg, ChartUser, Subject } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { DISPLAY_COLUMNS, notExcluded } from '#libs/facts';

const CREATED_AT = 'floor(extract(epoch from s.created_at))::float8 as created_at';

/** The tables and columns of rows of users `s` with ids `i`, or of orgs. */
const SOURCES = {
  user: {
    from: `users s join user_ids i using (id) left join user_profiles p on p.user_key = s.id`,
    exists: `s.created_at is not null and s.deleted_stamp is null
      and ${notExcluded('excluded_users', 's.id')}`,
    id: 'i.user_id',
    columns: `${DISPLAY_COLUMNS}, ${CREATED_AT}`,
  },
  org: {
    from: `orgs s join org_ids i using (id)`,
    exists: `s.created_at is not null and s.deleted_stamp is null and s.name is not null
      and ${notExcluded('excluded_orgs', 's.id')}`,
    id: 'i.org_id',
    columns: `i.org_id, s.name, ${CREATED_AT}`,
  },
} as const;

// One binary value: a row per key would take ten times the memory.
const LISTED = (subject: Subject) => {
  const { from, exists, id } = SOURCES[subject];
  return `
    select string_agg(int4send(s.id), ''::bytea order by ${id}) as keys
    from ${from} where s.id = any($1::int[]) and ${exists}`;
};

/** The users or orgs among some keys that exist and are not excluded, in the order of their ids. */
export async function listedAmong(
  db: Queryable,
  subject: Subject,
  keys: readonly number[],
): Promise<Int32Array> {
  const { rows } = await db.query<{ keys: Buffer | null }>(LISTED(subject), [await keyList(keys)]);
  // A copy, because the bytes may begin at an address that is not one of an integer.
  const bytes = Buffer.from(new Uint8Array(rows[0]!.keys ?? []).buffer).swap32();
  return new Int32Array(bytes.buffer, 0, bytes.length / 4);
}

/** Keys that become text before other requests have their turn. */
const KEYS_AT_ONCE = 50_000;

/**
 * Keys as the text of a PostgreSQL array: `{1,2,3}`. The driver would take 2 s for a million keys in an array, without
 * a turn for other requests.
 */
export async function keyList(keys: readonly number[]): Promise<string> {
  const parts: string[] = [];
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    parts.push(keys.slice(from, from + KEYS_AT_ONCE).join(','));
    await yieldToEventLoop();
  }
  return `{${parts.join(',')}}`;
}

const ROWS = (subject: Subject) => {
  const { from, exists, id, columns } = SOURCES[subject];
  return `select ${columns} from ${from} where s.id = any($1::int[]) and ${exists} order by ${id}`;
};

/** The rows of users or orgs that exist and are not excluded, in the order of their ids. */
export async function chartRows(
  db: Queryable,
  subject: Subject,
  keys: readonly number[],
): Promise<ChartUser[] | ChartOrg[]> {
  return (await db.query<ChartUser & ChartOrg>(ROWS(subject), [keys])).rows;
}
