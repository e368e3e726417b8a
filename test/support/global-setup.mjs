// Starts the servers of the test run: one PostgreSQL, with a migrated database that each test file clones, and one
// Redis if this machine has it. Both end with the run, and with this process. A PgBouncer and a browser are only
// located here.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../dist/libs/embedded-postgres/index.js';

export default async function setup() {
  const postgres = await startEmbedded(mkdtempSync(join(tmpdir(), 'insightd-test-')), true);
  await withoutFsync(postgres.url);
  execFileSync(process.execPath, ['dist/apps/cli/main.js', 'migrate'], {
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: postgres.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.env.TEST_DATABASE_URL = postgres.url;
  process.env.TEST_RUN = randomBytes(4).toString('hex');
  const redis = await startRedis();
  findPgBouncer();
  findBrowser();
  globalThis.stopTestServers = async () => {
    redis?.kill('SIGKILL');
    await dropOnCitus();
    await postgres.stop();
  };
}

/**
 * Creating and dropping a database takes 2 to 3 s with fsync and 0.4 s without it. The data ends with the test run, and
 * tests of a crash start a PostgreSQL of their own. `synchronous_commit` stays on: when it is off, each run reads all facts.
 */
async function withoutFsync(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes'])
    await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

/** Drops the databases of this test run from all nodes of CITUS_URL. */
async function dropOnCitus() {
  if (process.env.CITUS_URL === undefined) return;
  for (const url of await addressesOfNodes()) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [`test_${process.env.TEST_RUN}_`],
    );
    for (const { name } of rows) await client.query(`drop database ${name} with (force)`);
    await client.end();
  }
}

async function addressesOfNodes() {
  const client = new pg.Client({ connectionString: process.env.CITUS_URL });
  await client.connect();
  const { rows } = await client.query('select nodename, nodeport from pg_dist_node');
  await client.end();
  return rows.map(({ nodename, nodeport }) => {
    const url = new URL(process.env.CITUS_URL);
    url.host = `${nodename}:${nodeport}`;
    return url.toString();
  });
}

async function startRedis() {
  const program = process.env.REDIS_SERVER ?? 'redis-server';
  if (!runs(program)) {
    process.stderr.write('\nNo redis-server on this machine: the tests on Redis are SKIPPED.\n');
    return undefined;
  }
  const port = await freePort();
  const redis = spawn(program, ['--port', String(port), '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.on('exit', () => redis.kill('SIGKILL'));
  for await (const line of redis.stdout) if (String(line).includes('Ready to accept')) break;
  process.env.TEST_REDIS_URL = `redis://127.0.0.1:${port}`;
  return redis;
}

// Debian installs it in a folder that only root's PATH contains.
function findPgBouncer() {
  const programs = [process.env.PGBOUNCER ?? 'pgbouncer', '/usr/sbin/pgbouncer'];
  const program = programs.find(runs);
  if (program !== undefined) process.env.TEST_PGBOUNCER = program;
  else process.stderr.write('\nNo pgbouncer on this machine: the tests behind it are SKIPPED.\n');
}

function findBrowser() {
  const programs = [process.env.CHROMIUM ?? 'chromium', 'chromium-browser', 'google-chrome'];
  const program = programs.map(pathOf).find((path) => path !== undefined);
  if (program !== undefined) process.env.TEST_CHROMIUM = program;
  else process.stderr.write('\nNo chromium on this machine: the tests of the page are SKIPPED.\n');
}

/** The path of a program; undefined if it is not installed. */
function pathOf(program) {
  const folders = program.includes('/') ? [''] : process.env.PATH.split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function runs(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  return port;
}
