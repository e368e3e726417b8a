import type { RecordOf } from '#libs/contracts';
import type { Queryable } from '#libs/database';

const instantOf = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;
const EXPORTED = `
  select id, ${instantOf('created_at')}, ${instantOf('changed_at')}, json_strip_nulls(json_build_object(
    'name', name, 'report', report, 'interval', interval, 'where', conditions, 'segment', segment, 'change', change,
    'schedule', schedule, 'target', target, 'paused', state <> 'active')) as subscription
  from subscriptions
  where target -> 'to' is distinct from '[]'::jsonb
  order by subscriptions.created_at, id`;

/**
 * All subscriptions as the data of lines of an exported store, without their secrets and deliveries. Leaves out those whose
 * recipients have all unsubscribed.
 */
export async function exportedSubscriptions(db: Queryable): Promise<Record<string, unknown>[]> {
  return (await db.query<Record<string, unknown>>(EXPORTED)).rows;
}

const RESTORE = `
  insert into subscriptions
    (id, name, report, interval, conditions, segment, change, schedule, target, state, secret, created_at,
      changed_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, 'paused', case when $9::jsonb ->> 'kind' = 'webhook' then $10 end, $11,
    $12)
  on conflict do nothing`;

/**
 * Adds a subscription of an exported store, paused, unless one has its id.
 * @param secret a new one, of a webhook
 */
export async function restoreSubscription(
  db: Queryable,
  { id, created_at, changed_at, subscription }: RecordOf<'insightd.subscription'>,
  secret: string,
): Promise<void> {
  const { name, report, interval, where, segment, change, schedule, target } = subscription;
  await db.query(RESTORE, [
    ...[id, name, report, interval, where ? JSON.stringify(where) : null, segment ?? null, change],
    ...[JSON.stringify(schedule), JSON.stringify(target), secret, created_at, changed_at],
  ]);
}
