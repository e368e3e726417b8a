import {
  MAX_SUBSCRIPTIONS,
  type NewSubscription,
  type Subscription,
  type SubscriptionTarget,
} from '#libs/contracts';
import type { Queryable } from '#libs/database';

const seconds = (column: string) => `floor(extract(epoch from ${column}))::float8`;
const deliveriesIn = (state: string) => `
  (select count(*) from subscription_deliveries d where d.subscription_id = s.id and d.state = '${state}')::float8`;
const COLUMNS = `
  s.id, s.name, s.report, s.interval, s.conditions as "where", s.segment, s.change, s.schedule, s.target, s.state,
  s.ended_reason, case when s.baseline_run is not null then
    json_build_object('run_id', s.baseline_run, 'report_time', ${seconds('s.baseline_time')}) end as baseline,
  ${seconds('s.next_at')} as next_at, ${deliveriesIn('waiting')} as waiting, ${deliveriesIn('given_up')} as given_up,
  ${seconds('s.created_at')} as created_at, ${seconds('s.changed_at')} as changed_at`;
const ALL = `
  select ${COLUMNS} from subscriptions s order by lower(s.name), s.name collate "C", s.id`;
const ONE = `select ${COLUMNS} from subscriptions s where s.id = $1`;

/** A subscription with its whole target. */
export type StoredSubscription = Omit<Subscription, 'target'> & { target: SubscriptionTarget };

/** All subscriptions, by name. */
export async function listSubscriptions(db: Queryable): Promise<StoredSubscription[]> {
  return (await db.query<StoredSubscription>(ALL)).rows;
}

/** @param id a UUID */
export async function findSubscription(
  db: Queryable,
  id: string,
): Promise<StoredSubscription | undefined> {
  return (await db.query<StoredSubscription>(ONE, [id])).rows[0];
}

// Concurrent requests could exceed the limit by a few, which does no harm.
const ADD = `
  insert into subscriptions
    (name, report, interval, conditions, segment, change, schedule, target, state, next_at, secret, takes_first_run)
  select $1, $2, $3, $4::jsonb, $5::uuid, $6, $7::jsonb, $8::jsonb, $9, $10::timestamptz, $11, $12
  where (select count(*) from subscriptions) < ${MAX_SUBSCRIPTIONS}
  returning id`;

/**
 * @param nextAt when it is due next; undefined for every run
 * @param secret of a webhook
 * @param takesFirstRun whether there is no run yet
 * @returns its id; undefined when there are too many subscriptions already
 */
export async function addSubscription(
  db: Queryable,
  given: NewSubscription,
  nextAt: Date | undefined,
  secret: string | undefined,
  takesFirstRun: boolean,
): Promise<string | undefined> {
  const values = [...valuesOf(given, nextAt), secret ?? null, takesFirstRun];
  return (await db.query<{ id: string }>(ADD, values)).rows[0]?.id;
}

// A subscription that stays active with the same schedule stays due when it was. A webhook keeps its secrets.
const CHANGE = `
  update subscriptions set name = $1, report = $2, interval = $3, conditions = $4, segment = $5, change = $6,
    schedule = $7, target = $8, state = $9, ended_reason = null,
    next_at = case when state = 'active' and $9 = 'active' and schedule = $7::jsonb then next_at
      else $10::timestamptz end,
    secret = case when $8::jsonb ->> 'kind' = 'webhook' then coalesce(secret, $11) end,
    previous_secret = case when $8::jsonb ->> 'kind' = 'webhook' then previous_secret end,
    previous_until = case when $8::jsonb ->> 'kind' = 'webhook' then previous_until end,
    changed_at = now()
  where id = $12`;

/** @returns whether there is such a subscription */
export async function changeSubscription(
  db: Queryable,
  id: string,
  given: NewSubscription,
  nextAt: Date | undefined,
  secret: string,
): Promise<boolean> {
  const values = [...valuesOf(given, nextAt), secret, id];
  return (await db.query(CHANGE, values)).rowCount === 1;
}

const REMOVED = ['subscription_deliveries', 'subscription_messages', 'subscription_baselines'];

/** Removes a subscription and everything that is stored for it. @returns whether there was such a subscription */
export async function removeSubscription(db: Queryable, id: string): Promise<boolean> {
  // First, so that no worker stores another message.
  const { rowCount } = await db.query('delete from subscriptions where id = $1', [id]);
  for (const table of REMOVED)
    await db.query(`delete from ${table} where subscription_id = $1`, [id]);
  return rowCount === 1;
}

const ROTATE = `
  update subscriptions set previous_secret = secret, previous_until = now() + interval '24 hours', secret = $2,
    changed_at = now()
  where id = $1 and target ->> 'kind' = 'webhook'
  returning ${seconds('previous_until')} as until`;

/** Replaces the secret of a webhook. @returns until when the previous one is used too; undefined when there is none */
export async function rotateSecret(
  db: Queryable,
  id: string,
  secret: string,
): Promise<number | undefined> {
  return (await db.query<{ until: number }>(ROTATE, [id, secret])).rows[0]?.until;
}

function valuesOf(given: NewSubscription, nextAt: Date | undefined): unknown[] {
  const { name, report, interval, where, segment, change, schedule, target, paused } = given;
  return [
    ...[name.trim(), report, interval, where ? JSON.stringify(where) : null, segment ?? null],
    ...[change, JSON.stringify(schedule), JSON.stringify(target)],
    ...[paused ? 'paused' : 'active', paused ? null : (nextAt ?? null)],
  ];
}
