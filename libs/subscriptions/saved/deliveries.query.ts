import type { Delivery } from '#libs/contracts';
import type { Queryable } from '#libs/database';

const seconds = (column: string) => `floor(extract(epoch from ${column}))::float8`;
const runOf = (name: string) => `
  case when m.${name}_run is not null then
    json_build_object('run_id', m.${name}_run, 'report_time', ${seconds(`m.${name}_time`)}) end as "${name}"`;
const COLUMNS = `
  d.id, d.kind, d.state, ${runOf('from')}, ${runOf('to')},
  json_build_object('entered', m.entered_count, 'left', m.left_count) as counts, m.rebased,
  case when d.parts > 1 then json_build_object('number', d.part, 'of', d.parts) end as part,
  d.attempts, case when d.state = 'waiting' then ${seconds('d.next_attempt_at')} end as next_attempt_at,
  d.status, d.error, ${seconds('d.created_at')} as created_at,
  case when d.state = 'delivered' then ${seconds('d.ended_at')} end as delivered_at`;
const PAGE = `
  select ${COLUMNS} from subscription_deliveries d join subscription_messages m on m.id = d.message_id
  where d.subscription_id = $1
  order by d.position desc limit $2 offset $3`;
const COUNT = `
  select count(*)::float8 as count from subscription_deliveries where subscription_id = $1`;
const ONE = `
  select ${COLUMNS} from subscription_deliveries d join subscription_messages m on m.id = d.message_id
  where d.subscription_id = $1 and d.id = $2`;

/** Some deliveries of a subscription, the last first, and the number of all. */
export async function deliveriesOf(
  db: Queryable,
  subscriptionId: string,
  first: number,
  most: number,
): Promise<{ deliveries: Delivery[]; total: number }> {
  const { rows } = await db.query<Delivery>(PAGE, [subscriptionId, most, first]);
  const total = (await db.query<{ count: number }>(COUNT, [subscriptionId])).rows[0]!.count;
  return { deliveries: rows, total };
}

/** A delivery of a subscription; undefined when there is none. */
export async function findDelivery(
  db: Queryable,
  subscriptionId: string,
  id: string,
): Promise<Delivery | undefined> {
  return (await db.query<Delivery>(ONE, [subscriptionId, id])).rows[0];
}

const REPLAY = `
  update subscription_deliveries d set state = 'waiting', attempts = 0, next_attempt_at = now(), ended_at = null,
    lease_until = null, accepted = case when d.state = 'given_up' then accepted end
  from subscriptions s
  where d.subscription_id = $1 and d.id = $2 and d.state <> 'waiting' and s.id = $1 and s.state <> 'ended'`;

/** Makes a delivery wait again, with the same id. @returns whether it had ended, and its subscription has not */
export async function replayDelivery(
  db: Queryable,
  subscriptionId: string,
  id: string,
): Promise<boolean> {
  return (await db.query(REPLAY, [subscriptionId, id])).rowCount === 1;
}

const WAITING_TESTS = `
  select count(*)::float8 as count from subscription_deliveries
  where subscription_id = $1 and state = 'waiting' and kind = 'test'`;

/** The number of tests of a subscription that wait. */
export async function countWaitingTests(db: Queryable, subscriptionId: string): Promise<number> {
  return (await db.query<{ count: number }>(WAITING_TESTS, [subscriptionId])).rows[0]!.count;
}

/** Keeps a subscription until the transaction ends. @returns false when it was removed */
export async function holdSubscription(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select from subscriptions where id = $1 for key share', [
    id,
  ]);
  return rowCount === 1;
}
