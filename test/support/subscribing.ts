import { waitFor, type Api } from './api.js';
import type { Hook, HookMessage } from './hooks.js';
import type { Received } from './model/received.js';

const PATH = '/api/insights/v1/subscriptions';

/** A subscription in replies, as far as tests read it. */
export interface Subscribed {
  id: string;
  state: 'active' | 'paused' | 'ended';
  ended_reason: string | null;
  baseline: { run_id: string; report_time: number } | null;
  next_at: number | null;
  waiting: number;
  given_up: number;
  secret?: string | null;
}

export interface DeliveryState {
  id: string;
  kind: string;
  state: 'waiting' | 'delivered' | 'given_up';
  status: number | null;
  error: string | null;
  attempts: number;
}

/** Subscribes a receiver. @param more members of the request */
export async function subscribe(
  api: Api,
  hook: Hook,
  more: Record<string, unknown>,
): Promise<Subscribed> {
  const { status, body } = await api.post<Subscribed>(PATH, requestOf(hook, more));
  if (status !== 201) throw new Error(`no subscription: ${status} ${JSON.stringify(body)}`);
  hook.secret = body.secret!;
  return body;
}

/** Replaces a subscription. */
export async function resubscribe(
  api: Api,
  id: string,
  hook: Hook,
  more: Record<string, unknown>,
): Promise<Subscribed> {
  const { status, body } = await api.put<Subscribed>(`${PATH}/${id}`, requestOf(hook, more));
  if (status !== 200) throw new Error(`not changed: ${status} ${JSON.stringify(body)}`);
  return body;
}

function requestOf(hook: Hook, more: Record<string, unknown>): object {
  return {
    ...{ name: 'test', schedule: { every: 'run' }, target: { kind: 'webhook', url: hook.url } },
    ...more,
  };
}

export async function subscribed(api: Api, id: string): Promise<Subscribed> {
  return (await api.get<Subscribed>(`${PATH}/${id}`)).body;
}

/** Waits until a subscription is in some state. */
export function subscriptionIs(
  api: Api,
  id: string,
  is: (one: Subscribed) => boolean,
  withinMs = 60_000,
): Promise<Subscribed> {
  return waitFor(async () => {
    const one = await subscribed(api, id);
    return is(one) ? one : undefined;
  }, withinMs);
}

/** The deliveries of a subscription, the last first. */
export async function deliveriesOf(api: Api, id: string): Promise<DeliveryState[]> {
  const { body } = await api.get<{ deliveries: DeliveryState[] }>(
    `${PATH}/${id}/deliveries?page_size=100`,
  );
  return body.deliveries;
}

/** Messages in the form of the model. */
export function receivedOf(messages: readonly (HookMessage & { id: string; body: string })[]) {
  return messages.map(({ id, body, data }): Received => {
    const idsOf = (rows: HookMessage['data']['entered']) =>
      rows.map((row) => (row.org_id ?? row.user_id)!);
    return {
      ...{ id, body, from: data.from!.run_id, to: data.to!.run_id, counts: data.counts },
      ...{ entered: idsOf(data.entered), left: idsOf(data.left) },
      ...{ rebased: data.rebased, part: data.part },
    };
  });
}
