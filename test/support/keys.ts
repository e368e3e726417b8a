import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { ask } from './database.js';
import { childEnvironment } from './environment.js';

const run = promisify(execFile);

export type Scope = 'read' | 'ingest' | 'track' | 'erase' | 'admin';

/** Creates a key with the command line, as an operator does. @returns the key */
export async function createKey(url: string, name: string, ...scopes: Scope[]): Promise<string> {
  const shown = await keys(url, 'create', '--name', name, '--scopes', scopes.join(','));
  return shown.trim();
}

/** Runs `insightd keys …` on a database. @returns what it printed on standard output */
export function keys(url: string, ...args: string[]): Promise<string> {
  return insightdOn(url, 'keys', ...args);
}

/** Runs `insightd …` on a database. @returns what it printed on standard output */
export async function insightdOn(url: string, ...args: string[]): Promise<string> {
  const env = { ...childEnvironment(), DATABASE_URL: url };
  const command = ['dist/apps/cli/main.js', ...args];
  const { stdout } = await run(process.execPath, command, { env });
  return stdout;
}

/** Creates a key by inserting its row, since the command takes a second. */
export async function plantKey(url: string, name: string, ...scopes: Scope[]): Promise<string> {
  const id = randomBytes(6).toString('hex');
  const key = `insightd_${id}_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest();
  const insert = 'insert into api_keys (id, name, scopes, secret_hash) values ($1, $2, $3, $4)';
  await ask(url, insert, [id, name, scopes, hash]);
  return key;
}
