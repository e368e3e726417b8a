import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { within } from '#libs/contracts';
import type { Logger } from '../logger/logger.js';
import { trialCommands } from './redis-commands.js';

const CONNECT_WITHIN_MS = 5_000;
const TRIAL_WITHIN_MS = 10_000;
/** Longer than the longest command of a worker, which waits for a job. */
const SILENCE_MS = 15_000;
const KEEP_ALIVE_MS = 15_000;
const [FIRST_RETRY_MS, LONGEST_RETRY_MS] = [250, 10_000];
const OLDEST_MAJOR = 5;

const WAYS: RedisOptions = {
  connectTimeout: CONNECT_WITHIN_MS,
  socketTimeout: SILENCE_MS,
  keepAlive: KEEP_ALIVE_MS,
  maxRetriesPerRequest: null,
  // The ready check needs INFO, which some users may not send. Without it, a Redis that is loading answers with errors.
  enableReadyCheck: false,
  retryStrategy: (times) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), LONGEST_RETRY_MS),
};

/** BullMQ's connection: options, or a cluster. */
export type RedisConnection = Cluster | (RedisOptions & { url: string; skipVersionCheck: boolean });

/** The properties of a Redis that answered. */
interface Seen {
  isCluster: boolean;
  /** Whether INFO is allowed; BullMQ reads the version from it. */
  mayAsk: boolean;
}

/**
 * Checks that Redis can hold the queues, and returns BullMQ's connection. A Redis that does not answer may answer
 * later: it is treated as a single server that allows everything except INFO.
 * @param prefix the prefix of all of insightd's keys
 * @throws Error with a sentence about a Redis that cannot be used: a wrong password, missing rights, an old version, a
 *   replica, or a cluster whose nodes cannot be reached
 */
export async function redisConnection(
  url: string,
  prefix: string,
  logger: Logger,
): Promise<RedisConnection> {
  const seen = await inspect(url, prefix, logger);
  if (seen?.isCluster) return openCluster(url);
  return { url, ...WAYS, skipVersionCheck: !seen?.mayAsk };
}

function openCluster(url: string): Cluster {
  const { hostname, port, username, password, protocol } = new URL(url);
  const cluster = new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    clusterRetryStrategy: WAYS.retryStrategy!,
    enableReadyCheck: false,
    slotsRefreshTimeout: CONNECT_WITHIN_MS,
    redisOptions: {
      ...WAYS,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
  cluster.on('error', () => undefined);
  return cluster;
}

async function inspect(url: string, prefix: string, logger: Logger): Promise<Seen | undefined> {
  const client = new Redis(url, {
    ...WAYS,
    lazyConnect: true,
    retryStrategy: () => null,
    commandTimeout: CONNECT_WITHIN_MS,
  });
  let said: Error | undefined;
  client.on('error', (error: Error) => (said ??= error));
  try {
    await client.connect();
    await client.ping();
    const mode = await modeOf(client);
    const cluster = mode.isCluster ? openCluster(url) : undefined;
    try {
      await tryCommands(cluster ?? client, prefix, logger);
    } finally {
      cluster?.disconnect();
    }
    return { isCluster: mode.isCluster, mayAsk: await mayAskInfo(client, logger) };
  } catch (error) {
    if (error instanceof UnfitRedisError) throw error;
    const problem = passwordProblem(error) ?? passwordProblem(said);
    if (problem !== undefined) throw new UnfitRedisError(problem);
    const { name, message } = said ?? (error as Error);
    logger.warn('Redis does not answer yet: the queues wait for it', {
      error: name,
      reason: message,
    });
    return undefined;
  } finally {
    client.disconnect();
  }
}

/** A Redis that cannot hold the queues; waiting does not help. */
class UnfitRedisError extends Error {}

function passwordProblem(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(message)) return undefined;
  return 'REDIS_URL cannot be used: Redis refuses its user name or password (redis://user:password@host:6379).';
}

/** @throws UnfitRedisError for a version that is too old */
async function modeOf(client: Redis): Promise<{ isCluster: boolean }> {
  const reply = await client.call('HELLO').catch(() => []);
  const words = Array.isArray(reply) ? reply.map(String) : [];
  const word = (name: string) => words[words.indexOf(name) + 1];
  if (words.includes('version') && Number.parseInt(word('version')!, 10) < OLDEST_MAJOR) {
    throw new UnfitRedisError(`The queues need Redis ${OLDEST_MAJOR} or newer.`);
  }
  return { isCluster: words.includes('mode') && word('mode') === 'cluster' };
}

async function mayAskInfo(client: Redis, logger: Logger): Promise<boolean> {
  try {
    const policy = /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction') {
      logger.warn(
        'Redis may drop jobs when its memory is full: set its maxmemory-policy to noeviction. ' +
          'The sweep finds runs that have lost their job',
        { policy },
      );
    }
    return true;
  } catch {
    return false;
  }
}

/** Sends each command that BullMQ uses. @throws UnfitRedisError that names the refused command or key */
async function tryCommands(client: Redis | Cluster, prefix: string, logger: Logger): Promise<void> {
  const pipeline = client.pipeline();
  for (const [name, ...args] of trialCommands(`${prefix}:trial-${process.pid}`)) {
    pipeline.call(name, ...args);
  }
  for (const [error] of (await inTime(pipeline.exec())) ?? []) {
    if (error) refuse(error.message, prefix, logger);
  }
}

/** @throws UnfitRedisError when a cluster does not answer: it announces addresses that cannot be reached */
function inTime<T>(answer: Promise<T>): Promise<T> {
  const message =
    'The Redis of REDIS_URL does not answer in time. A cluster must announce addresses that this process can ' +
    'reach (CLUSTER SLOTS, cluster-announce-ip).';
  return within(TRIAL_WITHIN_MS, answer, () => new UnfitRedisError(message));
}

function refuse(message: string, prefix: string, logger: Logger): void {
  if (/^READONLY/.test(message)) {
    throw new UnfitRedisError(
      'REDIS_URL leads to a replica, which is read-only: set it to the address of the primary.',
    );
  }
  if (/^NOPERM.*\bkeys?\b/i.test(message)) {
    throw new UnfitRedisError(
      `The user of REDIS_URL may not use the keys of the queues: allow it the pattern ~${prefix}:*.`,
    );
  }
  const command = /^NOPERM.* '([^']+)' command|^ERR unknown command [`']([^`']+)/i.exec(message);
  if (command) {
    throw new UnfitRedisError(
      `The user of REDIS_URL may not send the command ${(command[1] ?? command[2])!.toUpperCase()}, which the ` +
        'queues need: allow it (ACL SETUSER … +command), or unset REDIS_URL to keep the queues in PostgreSQL.',
    );
  }
  if (/^(OOM|MISCONF|NOREPLICAS)/.test(message)) {
    logger.warn('Redis refuses writes at the moment: runs wait until it accepts them', {
      reason: message,
    });
  }
}
