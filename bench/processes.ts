import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Closable } from './closing.js';

const MAIN = fileURLToPath(new URL('../apps/cli/main.js', import.meta.url));

/** The key that every process of the product is started with here. */
export const KEY = 'a-key-of-the-bench-alone';

/** A process of the product. Its memory is read from /proc, which only Linux has. */
export interface Service extends Closable {
  /** Where it answers, such as `http://127.0.0.1:41234`. */
  origin: string;
  pid: number;
  /** Resident memory now, in MB (2^20 bytes). */
  residentMb(): number;
  /** The most that was resident since it started. */
  peakMb(): number;
}

export type Role = 'api' | 'worker' | 'all';

/** Starts `insightd <role>` over a store and waits until it answers. */
export async function startService(
  role: Role,
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<Service> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [MAIN, role], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ PATH, HOME, TMPDIR, PORT: '0', INSIGHTD_PARENT_PID: String(process.pid) },
      ...{ DATABASE_URL: databaseUrl, INSIGHTD_API_KEY: KEY, READ_RATE_LIMIT: '1000000' },
      // No run but those that are asked for.
      REPORT_CRON: '0 0 29 2 *',
      ...settings,
    },
  });
  const ended = once(child, 'exit');
  const origin = await startedAddress(child, role);
  const pid = child.pid!;
  return {
    origin,
    pid,
    residentMb: () => memoryMb(pid, 'VmRSS'),
    peakMb: () => memoryMb(pid, 'VmHWM'),
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Reads its log up to the line that tells the address, and on, so that it is never held up. */
async function startedAddress(child: ChildProcess, role: Role): Promise<string> {
  const lines = createInterface({ input: child.stderr! });
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const address = /"address":"([^"]+)".*"msg":"started"/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
      else if (said.length < 20) said.push(line);
    });
    lines.on('close', () =>
      reject(new Error(`insightd ${role} did not start:\n${said.join('\n')}`)),
    );
  });
}

function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
}
