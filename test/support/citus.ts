import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import pg from 'pg';
import { childEnvironment } from './environment.js';

/** A database with the extension on a coordinator that knows its own address and its nodes. */
const CITUS_URL = process.env['CITUS_URL'];

/** `describe` for tests that need Citus; skipped, with a note, without CITUS_URL. */
export function describeOnCitus(name: string, tests: () => void): void {
  if (CITUS_URL !== undefined) return describe(name, tests);
  process.stderr.write('\nCITUS_URL names no coordinator: the tests on Citus are SKIPPED.\n');
  describe.skip(name, tests);
}

/** Shell commands that stop one node of CITUS_URL at once, as a fault would, and start it again. */
const NODE_COMMANDS = {
  stopped: process.env['CITUS_NODE_STOP'],
  started: process.env['CITUS_NODE_START'],
};

/** `describe` for tests that stop a node; skipped, with a note, without the commands. */
export function describeWithNode(name: string, tests: () => void): void {
  if (NODE_COMMANDS.stopped !== undefined && NODE_COMMANDS.started !== undefined)
    return describeOnCitus(name, tests);
  process.stderr.write(
    '\nCITUS_NODE_STOP and CITUS_NODE_START are not set: the tests that kill a node of Citus are SKIPPED.\n',
  );
  describe.skip(name, tests);
}

/** Stops or starts the node, and waits until the command has ended. */
export async function nodeIs(state: 'stopped' | 'started'): Promise<void> {
  await promisify(execFile)('sh', ['-c', NODE_COMMANDS[state]!]);
}

/** Whether a database is on the coordinator of CITUS_URL. */
export function isOnCitus(url: string): boolean {
  return CITUS_URL !== undefined && new URL(url).host === new URL(CITUS_URL).host;
}

/** The URL of a database on a node, or on the coordinator. */
function urlOf(name: string, node?: CitusNode): string {
  const url = new URL(CITUS_URL!);
  url.pathname = `/${name}`;
  if (node) url.host = `${node.host}:${node.port}`;
  return url.toString();
}

interface CitusNode {
  host: string;
  port: number;
  isCoordinator: boolean;
}

const NODES = `
  select nodename as host, nodeport as port, groupid = 0 as "isCoordinator" from pg_dist_node order by groupid`;

/** The coordinator and the nodes of CITUS_URL. */
export async function citusNodes(): Promise<CitusNode[]> {
  return run<CitusNode>(CITUS_URL!, NODES);
}

/** The first part of the names of this test run's databases, which the end of the run drops. */
const PREFIX = `test_${process.env['TEST_RUN']}_`;
const newName = () => `${PREFIX}${randomBytes(8).toString('hex')}`;

/** Creates an empty database on all nodes, with Citus. @returns its URL */
export async function citusDatabase(name = newName()): Promise<string> {
  const nodes = await citusNodes();
  for (const node of nodes) {
    await run(urlOf('postgres', node), `create database ${name}`);
    await run(urlOf(name, node), 'create extension citus');
  }
  for (const { host, port, isCoordinator } of nodes) {
    const add = isCoordinator ? 'citus_set_coordinator_host' : 'citus_add_node';
    await run(urlOf(name), `select ${add}($1, $2)`, [host, port]);
  }
  return urlOf(name);
}

const TEMPLATE = `${PREFIX}template`;

/** Creates an empty, migrated and distributed database. @returns its URL */
export async function distributedDatabase(): Promise<string> {
  const name = newName();
  const nodes = await citusNodes();
  const coordinator = new pg.Client({ connectionString: CITUS_URL! });
  await coordinator.connect();
  try {
    // A database is copied by one test file at a time.
    await coordinator.query('select pg_advisory_lock(hashtext($1))', [TEMPLATE]);
    const known = await coordinator.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (known.rowCount === 0) await createTemplate();
    for (const node of nodes)
      await run(urlOf('postgres', node), `create database ${name} template ${TEMPLATE}`);
  } finally {
    await coordinator.end();
  }
  return urlOf(name);
}

/** Creates the store that the others are copies of: a copy takes a third of the time of `insightd distribute`. */
async function createTemplate(): Promise<void> {
  const url = await citusDatabase(TEMPLATE);
  await distributed(url);
  // PostgreSQL copies a database without connections.
  for (const node of await citusNodes()) await setReachable(url, node, false);
}

/** Makes the part of a database that a node has unreachable, or reachable again. */
export async function setReachable(
  url: string,
  node: CitusNode,
  isReachable: boolean,
): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const postgres = urlOf('postgres', node);
  await run(postgres, `alter database ${name} allow_connections ${isReachable}`);
  if (isReachable) return;
  await run(postgres, 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
    name,
  ]);
}

/** Runs `insightd distribute`, which migrates the database first. @returns its output */
export async function distributed(url: string, main = 'dist/apps/cli/main.js'): Promise<string> {
  const env = { ...childEnvironment(), DATABASE_URL: url, LOG_LEVEL: 'warn' };
  return (await promisify(execFile)(process.execPath, [main, 'distribute'], { env })).stdout;
}

/** Drops a database on all nodes. */
export async function dropDistributed(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  for (const node of await citusNodes())
    await run(urlOf('postgres', node), `drop database if exists ${name} with (force)`);
}

async function run<Row extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
