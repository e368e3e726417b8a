import { once } from 'node:events';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const ROWS = 500_000;
const ROWS_A_CHUNK = 10_000;
const COMMIT_SECONDS = 1;

/** Rows per second that COPY writes into a table of two ints: the maximum of PostgreSQL. */
export async function copyRate(databaseUrl: string): Promise<number> {
  return withTable(databaseUrl, 'bench_copy', async () => {
    const client = await connected(databaseUrl);
    const copy = client.query(copyFrom('copy bench_copy from stdin'));
    const begunAt = performance.now();
    Readable.from(chunks()).pipe(copy);
    await once(copy, 'finish');
    const seconds = (performance.now() - begunAt) / 1000;
    await client.end();
    return ROWS / seconds;
  });
}

function* chunks(): Generator<string> {
  for (let first = 0; first < ROWS; first += ROWS_A_CHUNK) {
    yield Array.from({ length: ROWS_A_CHUNK }, (_, row) => `${first + row}\t${row}\n`).join('');
  }
}

/** Commits per second, each of one small row. */
export async function commitRate(databaseUrl: string, connections: number): Promise<number> {
  return withTable(databaseUrl, 'bench_commits', async () => {
    const clients = await Promise.all(
      Array.from({ length: connections }, () => connected(databaseUrl)),
    );
    const begunAt = performance.now();
    const until = begunAt + COMMIT_SECONDS * 1000;
    let commits = 0;
    const commitAll = async (client: pg.Client) => {
      for (; performance.now() < until; commits++) {
        await client.query({ name: 'add', text: 'insert into bench_commits values (1, 2)' });
      }
    };
    await Promise.all(clients.map(commitAll));
    const seconds = (performance.now() - begunAt) / 1000;
    await Promise.all(clients.map((client) => client.end()));
    return commits / seconds;
  });
}

async function withTable<T>(
  databaseUrl: string,
  table: string,
  work: () => Promise<T>,
): Promise<T> {
  const client = await connected(databaseUrl);
  try {
    await client.query(`create table ${table} (a int, b int)`);
    return await work();
  } finally {
    await client.query(`drop table if exists ${table}`);
    await client.end();
  }
}

async function connected(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}
