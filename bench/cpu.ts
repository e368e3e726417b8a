import { readFileSync, readdirSync } from 'node:fs';
import type { Clone } from './clone.js';

/** The clock of /proc: fixed by Linux, whatever the kernel's own. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat, counted from the state. */
const [PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM] = [1, 11, 12, 13, 14] as const;

/** CPU seconds of a process and of the PostgreSQL of a store since they started. Only Linux has /proc. */
export async function cpuSeconds(store: Clone, pid: number): Promise<number> {
  const stat = statOf(String(pid))!;
  return (stat[USER]! + stat[SYSTEM]! + (await ticksOfPostgres(store))) / TICKS_PER_SECOND;
}

/** All processes of the server, and those that have ended. */
async function ticksOfPostgres(store: Clone): Promise<number> {
  const [{ pid } = { pid: 0 }] = await store.query<{ pid: number }>(
    'select pg_backend_pid() as pid',
  );
  const server = statOf(String(pid))![PARENT]!;
  const ended = statOf(String(server))!;
  let ticks = ended[CHILDREN_USER]! + ended[CHILDREN_SYSTEM]!;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = statOf(name);
    if (stat && (stat[PARENT] === server || name === String(server))) {
      ticks += stat[USER]! + stat[SYSTEM]!;
    }
  }
  return ticks;
}

/** undefined when the process has ended */
function statOf(pid: string): number[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return undefined;
  }
}
