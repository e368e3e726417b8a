import type { SubscriptionTarget, Where } from '#libs/contracts';
import { onlyKnownMigrations, type Queryable } from '#libs/database';

/** Longer than an attempt may take (15 seconds), so that no two workers send a delivery at the same time. */
const LEASE_SECONDS = 30;
const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

// Times much further ahead than possible were set by a clock that was ahead. The lease of a claim that is committed after
// this statement began ends later than LEASE_END.
const isDue = (delivery: string) => `
  (${delivery}.next_attempt_at <= now() or ${delivery}.next_attempt_at > now() + interval '2 days')
  and (${delivery}.lease_until is null or ${delivery}.lease_until < now()
    or ${delivery}.lease_until > now() + interval '10 minutes')`;
// Of the changes, only the oldest one that waits. Tests go past them.
const candidatesOf = (subscription: string) => `
  select * from (
    select id, subscription_id, position, claims, kind, next_attempt_at, lease_until from subscription_deliveries
    where subscription_id = ${subscription}.id and state = 'waiting' and kind = 'test'
    order by position limit 10) tests
  where ${isDue('tests')}
  union all
  select * from (
    select id, subscription_id, position, claims, kind, next_attempt_at, lease_until from subscription_deliveries
    where subscription_id = ${subscription}.id and state = 'waiting' and kind = 'change'
    order by position limit 1) head
  where ${isDue('head')} and ${subscription}.state = 'active'`;

/** A delivery that is due. */
export interface DueDelivery {
  id: string;
  subscriptionId: string;
  claims: number;
}

const MOST_DUE = 1_000;
const DUE = `
  select d.id, d.subscription_id as "subscriptionId", d.claims
  from subscriptions s cross join lateral (${candidatesOf('s')}) d
  where $1::uuid is null or s.id = $1::uuid
  order by d.position limit ${MOST_DUE}`;

/** Deliveries that can be attempted now. @param subscriptionId of one subscription; by default of all */
export async function dueDeliveries(
  db: Queryable,
  subscriptionId?: string,
): Promise<DueDelivery[]> {
  return (await db.query<DueDelivery>(DUE, [subscriptionId ?? null])).rows;
}

/** A delivery that this worker attempts. */
export interface ClaimedDelivery {
  id: string;
  kind: 'change' | 'test';
  /** Counts the claims; no other worker has the same. */
  claims: number;
  /** Failed attempts so far. */
  attempts: number;
  messageId: string;
  part: number;
  parts: number;
  firstRow: number;
  rows: number;
  accepted: string[] | null;
  subscription: {
    id: string;
    name: string;
    where: Where | null;
    segment: string | null;
    target: SubscriptionTarget;
    /** The newest first; empty unless it is a webhook. */
    secrets: string[];
  };
}

const CLAIM = `
  with candidate as (
    select c.id from subscriptions s cross join lateral (${candidatesOf('s')}) c
    where s.id = $1
    order by c.kind desc, c.position limit 1
  )
  update subscription_deliveries d set claims = d.claims + 1, lease_until = ${LEASE_END}
  from candidate, subscriptions s
  where d.id = candidate.id and s.id = $1 and d.state = 'waiting'
    and ${isDue('d')}
    and ${onlyKnownMigrations('$2')}
  returning d.id, d.kind, d.claims, d.attempts, d.message_id as "messageId", d.part, d.parts,
    d.first_row as "firstRow", d.row_count as rows, d.accepted,
    json_build_object('id', s.id, 'name', s.name, 'where', s.conditions, 'segment', s.segment,
      'target', s.target, 'secrets', array_remove(array[
      s.secret, case when s.previous_until > now() then s.previous_secret end], null)) as subscription`;

/**
 * Claims the next delivery of a subscription: a test, or else the oldest change that waits.
 * @param known the migrations of this build; claims nothing in the store of a newer build
 * @returns undefined when none is due, or another worker attempts it
 */
export async function claimDelivery(
  db: Queryable,
  subscriptionId: string,
  known: readonly string[],
): Promise<ClaimedDelivery | undefined> {
  return (await db.query<ClaimedDelivery>(CLAIM, [subscriptionId, known])).rows[0];
}

// Whichever worker delivered it: another claim of it may be under way.
const DELIVERED = `
  update subscription_deliveries set state = 'delivered', attempts = attempts + 1, status = $2, error = null,
    lease_until = null, ended_at = now()
  where id = $1 and state = 'waiting'`;

export async function markDelivered(
  db: Queryable,
  { id }: ClaimedDelivery,
  status: number | null,
): Promise<void> {
  await db.query(DELIVERED, [id, status]);
}

/** The end of a failed attempt. */
export interface Failure {
  status: number | null;
  error: string;
  /** Seconds until the next attempt; undefined when the delivery is given up. */
  retryAfter: number | undefined;
  /** Addresses that an e-mail has reached in this and in earlier attempts. */
  accepted: readonly string[];
}

const FAILED = `
  update subscription_deliveries d set attempts = d.attempts + 1, status = $3, error = $4, lease_until = null,
    state = case when $5::float8 is null then 'given_up' else 'waiting' end,
    next_attempt_at = now() + make_interval(secs => coalesce($5::float8, 0)),
    ended_at = case when $5::float8 is null then now() end,
    accepted = $6
  from subscriptions s
  where d.id = $1 and d.claims = $2 and d.state = 'waiting' and s.id = d.subscription_id and s.target = $7::jsonb`;

/**
 * @returns false when the subscription has another target by now, which was not tried, or another worker has claimed
 *   the delivery
 */
export async function markFailed(
  db: Queryable,
  { id, claims, subscription }: ClaimedDelivery,
  { status, error, retryAfter, accepted }: Failure,
): Promise<boolean> {
  const { rowCount } = await db.query(FAILED, [
    ...[id, claims, status, error],
    ...[retryAfter ?? null, addressesOf(accepted), JSON.stringify(subscription.target)],
  ]);
  return rowCount === 1;
}

function addressesOf(accepted: readonly string[]): string | null {
  return accepted.length === 0 ? null : JSON.stringify(accepted);
}

const RELEASE = `
  update subscription_deliveries set lease_until = null, accepted = coalesce($3, accepted)
  where id = $1 and claims = $2 and state = 'waiting'`;

/** Ends a claim without counting an attempt. @param accepted all addresses that an e-mail has reached */
export async function releaseDelivery(
  db: Queryable,
  { id, claims }: ClaimedDelivery,
  accepted: readonly string[] = [],
): Promise<void> {
  await db.query(RELEASE, [id, claims, addressesOf(accepted)]);
}

const HAS_TARGET = `
  select from subscriptions where id = $1 and state <> 'ended' and target = $2::jsonb for update`;
const IS_CLAIMED = `
  select from subscription_deliveries where id = $1 and claims = $2 and state = 'waiting' for update`;
const END = `
  update subscriptions set state = 'ended', ended_reason = $2, next_at = null, changed_at = now() where id = $1`;
const GIVE_UP_ALL = `
  update subscription_deliveries set state = 'given_up', ended_at = now(), lease_until = null,
    error = coalesce(error, $2), status = case when id = $3 then $4 else status end,
    attempts = attempts + (id = $3)::int
  where subscription_id = $1 and state = 'waiting'`;

/**
 * Ends a subscription and gives up its waiting deliveries, in a transaction.
 * @param by the delivery that its receiver refused for good
 * @returns false when the subscription has another target by now, or another worker has claimed the delivery
 */
export async function endSubscription(
  db: Queryable,
  by: ClaimedDelivery,
  status: number,
  reason: string,
): Promise<boolean> {
  const { id, target } = by.subscription;
  if ((await db.query(HAS_TARGET, [id, JSON.stringify(target)])).rowCount === 0) return false;
  if ((await db.query(IS_CLAIMED, [by.id, by.claims])).rowCount === 0) return false;
  await db.query(END, [id, reason]);
  await db.query(GIVE_UP_ALL, [id, reason, by.id, status]);
  return true;
}

const COUNT_WAITING = `
  select count(*)::float8 as count from subscription_deliveries where state = 'waiting'`;

/** The number of deliveries that wait. */
export async function countWaiting(db: Queryable): Promise<number> {
  return (await db.query<{ count: number }>(COUNT_WAITING)).rows[0]!.count;
}

const DELIVERED_DAYS = 30;
const GIVEN_UP_DAYS = 90;
const AT_ONCE = 1_000;
const FORGET = `
  delete from subscription_deliveries where id in (
    select id from subscription_deliveries
    where state = 'delivered' and ended_at < now() - make_interval(days => ${DELIVERED_DAYS})
      or state = 'given_up' and ended_at < now() - make_interval(days => ${GIVEN_UP_DAYS})
    limit ${AT_ONCE})`;
// Messages are stored together with their deliveries.
const FORGET_MESSAGES = `
  delete from subscription_messages m where id in (
    select id from subscription_messages m
    where not exists (select from subscription_deliveries d where d.message_id = m.id)
    limit ${AT_ONCE})`;

/** Removes deliveries that ended long ago, and messages without any. */
export async function forgetDeliveries(db: Queryable): Promise<void> {
  for (const sql of [FORGET, FORGET_MESSAGES]) while ((await db.query(sql)).rowCount === AT_ONCE);
}
