import { readFileSync } from 'node:fs';
import type { Closable } from './closing.js';
import { peakMemory, startProcess } from './service.js';

/** A process of the product whose memory is looked at; only Linux tells it. Of MB, each 2^20 bytes. */
export interface Service extends Closable {
  origin: string;
  /** What is resident now. */
  residentMb(): number;
  /** The most that ever was. */
  peakMb(): number;
}

/** Starts `insightd <role>` over a store and waits until it answers. */
export async function startService(
  role: 'api' | 'worker' | 'all',
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<Service> {
  const { pid, origin, stop } = await startProcess(role, {
    DATABASE_URL: databaseUrl,
    ...settings,
  });
  return {
    origin,
    residentMb: () => residentMemory(pid),
    peakMb: () => peakMemory(pid) ?? Number.NaN,
    close: stop,
  };
}

function residentMemory(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes?.[1]) / 1024;
}
