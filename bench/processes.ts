import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Closable } from './closing.js';
import { ProcessLog } from './process-log.js';
import { TRAIT_SETTINGS } from './reference/traits.js';

const MAIN = fileURLToPath(new URL('../apps/cli/main.js', import.meta.url));

/** The API key of every insightd process in the bench. */
export const KEY = 'a-key-of-the-bench-alone';

/** An insightd process. Its memory is read from /proc, which only Linux has. */
export interface Service extends Closable {
  /** Its address, such as `http://127.0.0.1:41234`. */
  origin: string;
  pid: number;
  log: ProcessLog;
  /** Resident memory now, in MB (2^20 bytes). */
  residentMb(): number;
  /** Peak resident memory since its start, in MB (2^20 bytes). */
  peakMb(): number;
}

export type Role = 'api' | 'worker' | 'all';

/** Starts `insightd <role>` on a store and waits until it answers. */
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
      // No scheduled runs, only requested ones.
      REPORT_CRON: '0 0 29 2 *',
      ...TRAIT_SETTINGS,
      ...settings,
    },
  });
  const ended = once(child, 'exit');
  const log = new ProcessLog(child.stderr, `insightd ${role}`);
  const { address } = await log.next('started');
  const pid = child.pid!;
  return {
    origin: String(address),
    pid,
    log,
    residentMb: () => memoryMb(pid, 'VmRSS'),
    peakMb: () => memoryMb(pid, 'VmHWM'),
    close: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
}
