import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file in the data folder with the password of the cluster's only user, readable only by its owner. */
export const PASSWORD_FILE = 'postgres.password';

/** Reads the postmaster.pid of a cluster; undefined when there is no such file. */
export async function postmaster(
  cluster: string,
): Promise<{ pid: number; port: number; isReady: boolean } | undefined> {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const [pid, , , port, , , , status = ''] = content.split('\n');
  return { pid: Number(pid), port: Number(port), isReady: status.trim() === 'ready' };
}

/**
 * Whether a process is the PostgreSQL of a cluster. After a power cut its pid may belong to another program, so the
 * command line of the process decides where the system shows it.
 */
export function isPostmaster(pid: number, cluster: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return !existsSync('/proc/self/cmdline');
  }
}
