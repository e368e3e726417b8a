import type { SubscriptionTarget } from '#libs/contracts';
import type { Connection } from '#libs/database';

const READ = `select target from subscriptions where id = $1 and target ->> 'kind' = 'email' for update`;
const KEEP = 'update subscriptions set target = $2, changed_at = now() where id = $1';
const END = `
  update subscriptions set target = $2, state = 'ended', ended_reason = $3, next_at = null, changed_at = now()
  where id = $1`;
const GIVE_UP = `
  update subscription_deliveries set state = 'given_up', error = $2, ended_at = now(), lease_until = null
  where subscription_id = $1 and state = 'waiting'`;
const REASON = 'The last recipient unsubscribed.';

/**
 * Removes an address from a subscription by e-mail, in a transaction. Without addresses, the subscription ends, and its
 * waiting deliveries are given up.
 * @param id a UUID
 * @returns false when the address or the subscription is not there any more
 */
export async function removeAddress(db: Connection, id: string, address: string): Promise<boolean> {
  const { rows } = await db.query<{ target: SubscriptionTarget }>(READ, [id]);
  const target = rows[0]?.target;
  if (target?.kind !== 'email' || !target.to.includes(address)) return false;
  const to = target.to.filter((one) => one !== address);
  const changed = JSON.stringify({ ...target, to });
  if (to.length > 0) {
    await db.query(KEEP, [id, changed]);
    return true;
  }
  await db.query(END, [id, changed, REASON]);
  await db.query(GIVE_UP, [id, REASON]);
  return true;
}
