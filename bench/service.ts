import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '#libs/platform';

const MAIN = join(packageRoot, 'dist', 'apps', 'cli', 'main.js');
/** The key that every API started here takes, with every scope. */
export const BENCH_KEY = 'bench-key-with-every-scope';
const STARTS_WITHIN_MS = 60_000;
const LOGS_WITHIN_MS = 30 * 60_000;
const LINES_KEPT = 1_000;

/** A process of ours. */
export interface Service {
  pid: number;
  /** Where it answers, such as `http://127.0.0.1:41234`. */
  origin: string;
  /** Waits for a line of its log, from now on, with one of these messages. @returns its fields */
  logged: (...messages: string[]) => Promise<Record<string, unknown>>;
  /** Asks it to stop and waits. */
  stop: () => Promise<void>;
}

/**
 * Starts `insightd <role>` and waits until it serves. It has no schedule of its own: nothing runs but
 * what is asked for.
 */
export async function startProcess(
  role: 'api' | 'worker' | 'all',
  environment: Record<string, string>,
): Promise<Service> {
  const child = spawn(process.execPath, [MAIN, role], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...settings(), ...environment },
  });
  const ended = once(child, 'exit');
  const lines = readLines(child, role);
  // Written once it answers; until then it may as well end.
  const started = await lines.next(['started'], STARTS_WITHIN_MS).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return {
    pid: child.pid!,
    origin: String(started['address']),
    logged: (...messages) => lines.next(messages, LOGS_WITHIN_MS),
    stop,
  };
}

/** The most memory a process ever had, in MB of 1,024² bytes; undefined where Linux does not tell. */
export function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return kilobytes ? Number(kilobytes[1]) / 1024 : undefined;
  } catch {
    return undefined;
  }
}

function settings(): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    INSIGHTD_API_KEY: BENCH_KEY,
    INSIGHTD_PARENT_PID: String(process.pid),
    LOG_LEVEL: 'info',
    READ_RATE_LIMIT: '1000000',
    REDIS_URL: '',
    REPORT_CRON: '0 0 1 1 *',
  };
}

interface Waiting {
  messages: readonly string[];
  found: (fields: Record<string, unknown>) => void;
}

function readLines(child: ChildProcess, role: string) {
  const said: string[] = [];
  const waiting = new Set<Waiting>();
  createInterface({ input: child.stderr! }).on('line', (line) => {
    said.push(line);
    said.splice(0, said.length - LINES_KEPT);
    const fields = fieldsOf(line);
    for (const one of waiting) if (one.messages.includes(String(fields['msg']))) one.found(fields);
  });
  const next = (messages: readonly string[], withinMs: number): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        stopWaiting();
        reject(new Error(`insightd ${role} ${reason}:\n${said.slice(-20).join('\n')}`));
      };
      const timer = setTimeout(
        () => fail(`did not say "${messages.join('" or "')}" in time`),
        withinMs,
      );
      const onExit = () => fail('ended');
      const one: Waiting = {
        messages,
        found: (fields) => {
          stopWaiting();
          resolve(fields);
        },
      };
      const stopWaiting = () => {
        clearTimeout(timer);
        waiting.delete(one);
        child.off('exit', onExit);
      };
      waiting.add(one);
      child.once('exit', onExit);
    });
  return { next };
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
