import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logger/logger.js';
import { trialCommands } from './redis-commands.js';

const CONNECT_WITHIN_MS = 5_000;
const TRIAL_WITHIN_MS = 10_000;
/** Longer than a worker waits for a job in one command. */
const SILENCE_MS = 15_000;
const KEEP_ALIVE_MS = 15_000;
const [FIRST_RETRY_MS, LONGEST_RETRY_MS] = [250, 10_000];
const OLDEST_MAJOR = 5;

const WAYS: RedisOptions = {
  connectTimeout: CONNECT_WITHIN_MS,
  socketTimeout: SILENCE_MS,
  keepAlive: KEEP_ALIVE_MS,
  maxRetriesPerRequest: null,
  // Its check is INFO, which not every user may send; a Redis that is still loading answers with an error.
  enableReadyCheck: false,
  retryStrategy: (times) => Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), LONGEST_RETRY_MS),
};

/** What BullMQ is given as its connection: options, or a cluster. */
export type RedisConnection = Cluster | (RedisOptions & { url: string; skipVersionCheck: boolean });

/** What is known of a Redis; nothing of one that did not answer. */
interface Seen {
  isCluster: boolean;
  /** Whether INFO is allowed, from which BullMQ reads the version. */
  mayAsk: boolean;
}

/**
 * What BullMQ connects to, once Redis has said that it can hold queues. One that does not answer now may answer
 * later: it is taken for one server that allows everything but INFO.
 * @param prefix of every key of ours
 * @throws Error with a sentence about a Redis that will never do: its password, its rights, its age, a replica
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

/** A Redis that cannot hold the queues, however long one waits. */
class UnfitRedisError extends Error {}

function passwordProblem(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(message)) return undefined;
  return 'REDIS_URL cannot be used: Redis refuses its user name or password (redis://user:password@host:6379).';
}

/** @throws UnfitRedisError for a replica or a version without what the queues need */
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
          'Runs that lose theirs are found by the sweep',
        { policy },
      );
    }
    return true;
  } catch {
    return false;
  }
}

/** @throws UnfitRedisError naming what is refused */
async function tryCommands(client: Redis | Cluster, prefix: string, logger: Logger): Promise<void> {
  const pipeline = client.pipeline();
  for (const [name, ...args] of trialCommands(`${prefix}:trial-${process.pid}`)) {
    pipeline.call(name, ...args);
  }
  for (const [error] of (await inTime(pipeline.exec())) ?? []) {
    if (error) refuse(error.message, prefix, logger);
  }
}

/** @throws UnfitRedisError when a cluster that was reached does not answer: its nodes are looked for elsewhere */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message =
      'The Redis of REDIS_URL does not answer in time. A cluster must announce addresses that can be reached ' +
      'from here (CLUSTER SLOTS, cluster-announce-ip).';
    timer = setTimeout(() => reject(new UnfitRedisError(message)), TRIAL_WITHIN_MS);
  });
  answer.catch(() => undefined);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function refuse(message: string, prefix: string, logger: Logger): void {
  if (/^READONLY/.test(message)) {
    throw new UnfitRedisError(
      'REDIS_URL leads to a replica, which cannot be written: set it to the address of the primary.',
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
    logger.warn('Redis cannot be written just now: runs wait until it can', { reason: message });
  }
}
