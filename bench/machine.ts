import { cpus, totalmem } from 'node:os';
import { version as duckdbVersion } from '@duckdb/node-api';
import pg from 'pg';

/** The machine of the figures; figures of different machines are never shown together. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  node: string;
  postgres: string;
  duckdb: string;
}

export async function describeMachine(databaseUrl: string): Promise<Machine> {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + 1,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: await postgresVersion(databaseUrl),
    duckdb: duckdbVersion(),
  };
}

async function postgresVersion(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]!.server_version;
  } finally {
    await client.end();
  }
}
