import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import {
  subscriptionShapes,
  type Delivery,
  type NewSubscription,
  type Subscription,
} from '#libs/contracts';
import { Deliveries, Subscriptions, SubscriptionsModule } from '#libs/subscriptions';
import type { Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';
import { newSubscription } from './subscriptions/new-subscription.js';
import { deliveryLine, subscriptionLine, subscriptionLines } from './subscriptions/lines.js';

const VERBS = 'list, show, add, pause, resume, remove, test, deliveries, replay';
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const LOOK_MS = 200;
const TEST_LOOKS = 150;

type Action = (context: INestApplicationContext) => Promise<void>;

/** Lists, creates, pauses, tests and removes subscriptions, and replays their deliveries. */
export async function subscriptions(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [SubscriptionsModule], action);
}

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list': {
      const { json } = parsed(rest, 0);
      return (context) => list(context, json);
    }
    case 'show': {
      const { ids, json } = parsed(rest, 1);
      return async (context) => {
        const found = await context.get(Subscriptions).get(ids[0]!, true);
        print(json ? JSON.stringify(found) : subscriptionLines(found));
      };
    }
    case 'add': {
      const { given, json } = newSubscription(rest);
      return (context) => add(context, given, json);
    }
    case 'pause':
    case 'resume': {
      const id = parsed(rest, 1).ids[0]!;
      return (context) => setPaused(context, id, verb === 'pause');
    }
    case 'remove': {
      const id = parsed(rest, 1).ids[0]!;
      return (context) => remove(context, id);
    }
    case 'test': {
      const id = parsed(rest, 1).ids[0]!;
      return (context) => test(context, id);
    }
    case 'deliveries': {
      const { ids, json, limit } = parsed(rest, 1);
      return (context) => deliveries(context, ids[0]!, limit, json);
    }
    case 'replay': {
      const [id, delivery] = parsed(rest, 2).ids as [string, string];
      return (context) => replay(context, id, delivery);
    }
    default:
      throw new UsageError(`subscriptions needs one of ${VERBS}.`);
  }
}

async function list(context: INestApplicationContext, json: boolean): Promise<void> {
  const all = await context.get(Subscriptions).list(true);
  if (json) return print(JSON.stringify(all));
  if (all.length === 0) print('There are no subscriptions yet.');
  for (const one of all) print(subscriptionLine(one));
}

async function add(
  context: INestApplicationContext,
  given: NewSubscription,
  json: boolean,
): Promise<void> {
  const made = await context.get(Subscriptions).add(given);
  const { id, report, interval, target, state, secret } = made;
  const details = { report, interval, kind: target.kind, state };
  await recordCommand(context, { action: 'subscription.created', target: id, details });
  if (json) return print(JSON.stringify(made));
  print(id);
  if (secret !== null) print(`The secret, shown only once: ${secret}`);
}

async function setPaused(
  context: INestApplicationContext,
  id: string,
  paused: boolean,
): Promise<void> {
  const saved = context.get(Subscriptions);
  const { state } = await saved.change(id, settingsOf(await saved.get(id, true), paused));
  await recordCommand(context, { action: 'subscription.changed', target: id, details: { state } });
  print(`The subscription ${id} is ${state}.`);
}

/** What a subscription is set to, as a request for the same would give it. */
function settingsOf(of: Subscription, paused: boolean): NewSubscription {
  const { name, report, interval, where, segment, change, schedule, target } = of;
  if (target.kind === 'email' && target.to.length === 0) {
    throw new UsageError(
      `All recipients of the subscription ${of.id} have unsubscribed, so it sends nothing. Name others on its page, or remove it.`,
    );
  }
  return subscriptionShapes.newSubscription.parse({
    ...{ name, report, interval, change, schedule, target, paused },
    ...(where && { where }),
    ...(segment !== null && { segment }),
  });
}

async function remove(context: INestApplicationContext, id: string): Promise<void> {
  await context.get(Subscriptions).remove(id);
  await recordCommand(context, { action: 'subscription.removed', target: id });
  print(`The subscription ${id} is removed.`);
}

/** Sends a test message and waits for its result, which a worker makes. */
async function test(context: INestApplicationContext, id: string): Promise<void> {
  const sender = context.get(Deliveries);
  let sent = await sender.test(id);
  await recordCommand(context, { action: 'subscription.tested', target: id });
  for (let looks = 0; isUntried(sent) && looks < TEST_LOOKS; looks++) {
    await delay(LOOK_MS);
    const page = await sender.page(id, 0, MAX_LIMIT);
    sent = page.deliveries.find((one) => one.id === sent.id) ?? sent;
  }
  if (sent.state === 'delivered') return print(`The test was delivered${statusOf(sent)}.`);
  if (sent.error !== null) throw new Error(`The test failed: ${sent.error}`);
  throw new Error('The test still waits: a worker sends it. Is one running?');
}

const isUntried = ({ state, attempts }: Delivery): boolean => state === 'waiting' && attempts === 0;

const statusOf = ({ status }: Delivery): string =>
  status === null ? '' : ` (HTTP status ${status})`;

async function deliveries(
  context: INestApplicationContext,
  id: string,
  limit: number,
  json: boolean,
): Promise<void> {
  const found = (await context.get(Deliveries).page(id, 0, limit)).deliveries;
  if (json) return print(JSON.stringify(found));
  if (found.length === 0) print('Nothing was sent yet.');
  for (const one of found) print(deliveryLine(one));
}

async function replay(
  context: INestApplicationContext,
  id: string,
  delivery: string,
): Promise<void> {
  await context.get(Deliveries).replay(id, delivery);
  await recordCommand(context, { action: 'subscription.replayed', target: id });
  print(`The delivery ${delivery} waits again: a worker sends it.`);
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The options and exactly `count` ids. */
function parsed(args: string[], count: 0 | 1 | 2): { ids: string[]; json: boolean; limit: number } {
  const { values, positionals: ids } = read(args);
  const what = ['takes no id', 'needs the id of one subscription', 'needs two ids'][count]!;
  if (ids.length !== count || !ids.every((id) => UUID.test(id)))
    throw new UsageError(`This command ${what}, as subscriptions list and deliveries show them.`);
  const limit = Number(values.limit ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new UsageError(`--limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  return { ids: ids.map((id) => id.toLowerCase()), json: values.json ?? false, limit };
}

function read(args: string[]) {
  const options = { json: { type: 'boolean' }, limit: { type: 'string' } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
