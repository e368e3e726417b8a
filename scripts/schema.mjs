// Keeps schema.prisma and schema.sql consistent with the migrations: `write` updates both, `check` fails when one
// differs.
// Applies the migrations to a temporary PostgreSQL, or to the empty database at the given address.
import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../dist/libs/embedded-postgres/index.js';
import { migrate } from '../dist/libs/database/migrate.js';
import { dumpSchema } from './schema/dump.mjs';
import { examine } from './schema/introspection.mjs';

const FOLDER = join(import.meta.dirname, '../prisma');
const SCHEMA = join(FOLDER, 'schema.prisma');
const DUMP = join(FOLDER, 'schema.sql');

const [mode, address] = process.argv.slice(2);
if (mode !== 'check' && mode !== 'write') fail('usage: schema.mjs check|write [database URL]');
const postgres = address
  ? { url: address, stop: () => undefined }
  : await startEmbedded(mkdtempSync(join(tmpdir(), 'insightd-schema-')), true);
try {
  await migrate(postgres.url);
  const dump = await dumpOf(postgres.url);
  const { schema, editedMigrations } = await examine(postgres.url, await readFile(SCHEMA, 'utf8'));
  if (mode === 'write') {
    await writeFile(DUMP, dump);
    await writeFile(SCHEMA, schema);
  } else {
    await compare('prisma/schema.prisma', SCHEMA, schema);
    await compare('prisma/schema.sql', DUMP, dump);
  }
  for (const name of editedMigrations) {
    complain(`The migration ${name} has been edited. Restore its text and add a new migration.`);
  }
} finally {
  await postgres.stop();
}
// The schema engine leaves a timer of its lock running for ten seconds.
process.exit();

async function dumpOf(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
}

/** Reports the first line in which a file differs from the result of the migrations. */
async function compare(name, path, expected) {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const right = expected.split('\n');
  const index = right.findIndex((line, position) => line !== lines[position]);
  if (index === -1 && lines.length === right.length) return;
  const line = index === -1 ? right.length : index;
  complain(
    `${name} does not match the migrations, from line ${line + 1}:\n` +
      `  file:       ${lines[line] ?? '(end of file)'}\n  migrations: ${right[line] ?? '(end of file)'}\n` +
      'Run `npm run schema` to update it, and describe new tables and columns in prisma/schema.prisma.',
  );
}

function complain(message) {
  process.stdout.write(`${message}\n`);
  process.exitCode = 1;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
