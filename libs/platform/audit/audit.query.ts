import type { AuditEntry } from '#libs/contracts';
import type { Queryable } from '#libs/database';

/** Which entries: older than an id, of an action, about a target. */
export interface AuditFilter {
  before: string | undefined;
  action: string | undefined;
  target: string | undefined;
}

const WHERE = `
  where ($1::bigint is null or id < $1) and ($2::text is null or action = $2) and ($3::text is null or target = $3 or details->'targets' ? $3)`;

const COUNT = `select count(*)::int as count from audit_log ${WHERE}`;
const PAGE = `
  select id::text, floor(extract(epoch from at))::bigint::int8 as at,
    json_build_object('kind', actor_kind, 'name', actor_name, 'key_id', key_id) as actor, action, target, details, ip
  from audit_log ${WHERE}
  order by audit_log.id desc limit $4 offset $5`;

const DROPPED_ROWS = 10_000;
const DROP = `
  delete from audit_log where id in (
    select id from audit_log where at < now() - make_interval(days => $1) order by at limit ${DROPPED_ROWS})`;

const valuesOf = ({ before, action, target }: AuditFilter) => [
  before ?? null,
  action ?? null,
  target ?? null,
];

export async function auditCount(db: Queryable, filter: AuditFilter): Promise<number> {
  const { rows } = await db.query<{ count: number }>(COUNT, valuesOf(filter));
  return rows[0]!.count;
}

/** Entries, newest first. */
export async function auditRows(
  db: Queryable,
  filter: AuditFilter,
  { limit, offset }: { limit: number; offset: number },
): Promise<AuditEntry[]> {
  const values = [...valuesOf(filter), limit, offset];
  const { rows } = await db.query<AuditEntry & { at: unknown }>(PAGE, values);
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}

/** Deletes some entries older than `days`. @returns whether there may be more */
export async function dropOldEntries(db: Queryable, days: number): Promise<boolean> {
  const { rowCount } = await db.query(DROP, [days]);
  return rowCount === DROPPED_ROWS;
}
