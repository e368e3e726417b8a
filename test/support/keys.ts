import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Scope = 'read' | 'ingest' | 'admin';

/** Makes a key with the command line, as an operator would. @returns the key as it was shown */
export async function createKey(url: string, name: string, ...scopes: Scope[]): Promise<string> {
  const shown = await keys(url, 'create', '--name', name, '--scopes', scopes.join(','));
  return shown.trim();
}

/** Runs `insightd keys …` on a database. @returns what it printed on standard output */
export async function keys(url: string, ...args: string[]): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, TMPDIR, DATABASE_URL: url };
  const command = ['dist/apps/cli/main.js', 'keys', ...args];
  const { stdout } = await run(process.execPath, command, { env });
  return stdout;
}
