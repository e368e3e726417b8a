import { parseArgs } from 'node:util';
import { subscriptionShapes, type NewSubscription } from '#libs/contracts';
import { UsageError } from '../../usage.js';

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  ...{ name: TEXT, report: TEXT, interval: TEXT, where: TEXT, segment: TEXT, change: TEXT },
  ...{ daily: TEXT, weekly: TEXT, at: TEXT, webhook: TEXT, slack: TEXT, email: TEXT },
  ...{ paused: FLAG, json: FLAG },
} as const;

/** The options of `subscriptions add`. @throws UsageError with the first problem */
export function newSubscription(args: string[]): { given: NewSubscription; json: boolean } {
  const options = parsed(args);
  const { name, report, interval, segment, change, paused, json = false } = options;
  const result = subscriptionShapes.newSubscription.safeParse({
    ...{ name, report, interval, paused },
    ...(options.where !== undefined && { where: jsonOf(options.where) }),
    ...(segment !== undefined && { segment }),
    ...(change !== undefined && { change }),
    ...{ schedule: scheduleOf(options), target: targetOf(options) },
  });
  if (result.success) return { given: result.data, json };
  const { path, message } = result.error.issues[0]!;
  throw new UsageError(`subscriptions add: --${optionOf(path, options)} ${message}.`);
}

type Options = ReturnType<typeof parsed>;

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function scheduleOf({ daily, weekly, at }: Options): object {
  if (daily !== undefined && weekly !== undefined)
    throw new UsageError('subscriptions add takes either --daily or --weekly.');
  if (daily !== undefined) return { daily };
  if (weekly !== undefined) return { weekly, at: at ?? '09:00' };
  if (at !== undefined) throw new UsageError('--at goes with --weekly DAY.');
  return { every: 'run' };
}

function targetOf({ webhook, slack, email }: Options): object {
  if ([webhook, slack, email].filter((one) => one !== undefined).length !== 1)
    throw new UsageError('subscriptions add needs one of --webhook URL, --slack URL, --email TO.');
  if (email !== undefined) return { kind: 'email', to: email.split(',').map((one) => one.trim()) };
  return webhook === undefined ? { kind: 'slack', url: slack } : { kind: 'webhook', url: webhook };
}

/** The option that a path in the shape comes from. */
function optionOf([field, ...rest]: readonly PropertyKey[], options: Options): string {
  if (field === 'target') {
    return (['webhook', 'slack', 'email'] as const).find((one) => options[one] !== undefined)!;
  }
  if (field !== 'schedule') return String(field);
  if (options.daily !== undefined) return 'daily';
  return rest[0] === 'at' ? 'at' : 'weekly';
}

/** The value of a JSON text; the text itself when it is none, which the shape refuses. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
