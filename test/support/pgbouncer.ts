import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { databaseUrl } from './database.js';
import { freePort } from './ports.js';

/** The test's own PgBouncer in front of the PostgreSQL of the test run. */
export interface PgBouncer {
  /** The URL of a database through this PgBouncer. */
  through: (url: string) => string;
  close: () => Promise<void>;
}

/** Whether this machine has a PgBouncer for tests; if not, the setup prints a note. */
export const hasPgBouncer = process.env['TEST_PGBOUNCER'] !== undefined;

/** Starts a PgBouncer in transaction mode. @param sessions number of sessions per database */
export async function startPgBouncer(sessions: number): Promise<PgBouncer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'insightd-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, settings(port, sessions));
  // PgBouncer refuses to run as root, and reads its file again as the user it switches to.
  for (const path of [folder, file]) chmodSync(path, 0o755);
  const asOtherUser = process.getuid?.() === 0 ? ['--user', 'daemon'] : [];
  const server = spawn(process.env['TEST_PGBOUNCER']!, [...asOtherUser, file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killAtEnd = () => void server.kill('SIGKILL');
  process.once('exit', killAtEnd);
  server.once('exit', () => process.off('exit', killAtEnd));
  await isUp(server);
  return {
    through: (url) => {
      const address = new URL(url);
      address.port = String(port);
      return address.toString();
    },
    close: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function settings(port: number, sessions: number): string {
  const { hostname, port: target, username, password } = new URL(databaseUrl());
  return `
[databases]
* = host=${hostname} port=${target} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 500
`;
}

async function isUp(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr! }).on('line', (line) => {
      said.push(line);
      if (line.includes('process up')) resolve();
    });
    server.once('exit', () => reject(new Error(`pgbouncer ended:\n${said.join('\n')}`)));
  });
}
