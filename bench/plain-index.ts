import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Subject } from '#libs/contracts';
import { PLAIN_INDEXES } from './anchors/index-rows.js';
import type { Clone } from './clone.js';
import { KEY, type Service } from './processes.js';

/** Makes a table with the values of the index of a run, as its CSV has them, and an index for each value. */
export async function makePlainIndex(api: Service, clone: Clone, subject: Subject): Promise<void> {
  const reply = await fetch(`${api.origin}/api/insights/v1/${subject}s/csv`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  if (!reply.ok) throw new Error(`The index of ${subject}s: ${reply.status}.`);
  const client = new pg.Client({ connectionString: clone.databaseUrl });
  await client.connect();
  try {
    await copyInto(client, await reply.text());
    const { values } = PLAIN_INDEXES[subject];
    const columns = Object.entries(values).map(
      ([name, type]) => `nullif(${name}, '')::${type} as ${name}`,
    );
    const id = `${subject}_id`;
    await client.query(`
      create table bench_index_${subject} as
      select ids.id as key, ids.${id}, ${columns.join()} from bench_csv join ${subject}_ids ids using (${id})`);
    await client.query(`alter table bench_index_${subject} add primary key (key)`);
    for (const name of Object.keys(values))
      await client.query(`create index on bench_index_${subject} (${name} desc nulls last, ${id})`);
    await client.query('drop table bench_csv');
    await client.query(`vacuum analyze bench_index_${subject}`);
  } finally {
    await client.end();
  }
}

/** Makes a table of texts from a CSV; an empty cell is null. */
async function copyInto(client: pg.Client, csv: string): Promise<void> {
  const end = csv.indexOf('\n');
  const columns = csv.slice(0, end).trim().split(',');
  await client.query(`create table bench_csv (${columns.map((name) => `${name} text`).join()})`);
  const copy = client.query(copyFrom('copy bench_csv from stdin (format csv)'));
  await pipeline(Readable.from([csv.slice(end + 1)]), copy);
}
