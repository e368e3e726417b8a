import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from './ports.js';

/** The test's own Redis, which can be emptied, ended and started again. */
export interface TestRedis {
  url: string;
  /** Empties the Redis with FLUSHALL. */
  flush: () => Promise<void>;
  /** Kills it; all its data is lost. */
  kill: () => Promise<void>;
  /** Starts it again, empty, at the same address. */
  start: () => Promise<void>;
}

/** @param options further options of redis-server, such as `--requirepass` and a password */
export async function startRedis(...options: string[]): Promise<TestRedis> {
  const port = await freePort();
  let server = await serve(port, options);
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    flush: () => flush(url),
    kill: () => end(server),
    start: async () => {
      server = await serve(port, options);
    },
  };
}

async function serve(port: number, options: string[]): Promise<ChildProcess> {
  const program = process.env['REDIS_SERVER'] ?? 'redis-server';
  const args = ['--port', String(port), '--save', '', '--appendonly', 'no', ...options];
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const killAtEnd = () => void server.kill('SIGKILL');
  process.once('exit', killAtEnd);
  server.once('exit', () => process.off('exit', killAtEnd));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept')) resolve();
    });
    server.once('exit', () => reject(new Error('redis-server ended while it was starting')));
  });
  return server;
}

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

/** Whether this machine has a Redis for tests; if not, the setup prints a note. */
export const hasRedis = process.env['TEST_REDIS_URL'] !== undefined;
