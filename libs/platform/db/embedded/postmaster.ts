import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Beside the cluster: the password of its only user, readable by its owner alone. */
export const PASSWORD_FILE = 'postgres.password';

/** What postmaster.pid says of the PostgreSQL over a cluster; undefined when there is no such file. */
export async function postmaster(
  cluster: string,
): Promise<{ pid: number; port: number; isReady: boolean } | undefined> {
  const content = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  const [pid, , , port, , , , status = ''] = content.split('\n');
  return { pid: Number(pid), port: Number(port), isReady: status.trim() === 'ready' };
}

export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
