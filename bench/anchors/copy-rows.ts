import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** The ranking of a run as a plain table: rank, key and one extra, as PostgreSQL would keep it. */
const LISTED = `
  create table bench_listed as
  select first + entry + 1 as rank,
    get_byte(entries, at) | (get_byte(entries, at + 1) << 8) | (get_byte(entries, at + 2) << 16)
      | (get_byte(entries, at + 3) << 24) as key,
    get_byte(entries, at + 4) as num_active_days
  from TABLE, generate_series(0, length(entries) / width - 1) entry, lateral (select entry * width as at) place
  where subject = 'user' and report = 'champion' and "interval" = '30'`;

/** The rows of the CSV; all memberships count as open, since roles need a replay of steps. */
const ROWS = `
  select l.rank, i.user_id, p.email, p.username, p.first_name, p.last_name, m.orgs, l.num_active_days,
    u.created_at
  from bench_listed l
  join users u on u.id = l.key
  join user_ids i on i.id = l.key
  left join user_profiles p on p.user_key = l.key
  left join (
    select user_key, string_agg(o.name || ' (Member)', '; ' order by org_ids.org_id) as orgs
    from memberships
    join orgs o on o.id = org_key
    join org_ids on org_ids.id = org_key
    where o.deleted_stamp is null and o.name is not null
    group by user_key
  ) m on m.user_key = l.key
  where u.created_at is not null and u.deleted_stamp is null
  order by l.rank`;

/** PostgreSQL's own COPY of the joined rows of a report. */
export class CopyRows {
  private constructor(private readonly client: pg.Client) {}

  /** @param table the snapshot of a run with the report */
  static async open(databaseUrl: string, table: string): Promise<CopyRows> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query('drop table if exists bench_listed');
    await client.query(LISTED.replace('TABLE', table));
    await client.query('analyze bench_listed');
    return new CopyRows(client);
  }

  /** Copies all rows once. @returns rows per second */
  async rate(): Promise<number> {
    const startedAt = performance.now();
    const copy = this.client.query(copyTo(`copy (${ROWS}) to stdout (format csv)`));
    const rows = await linesOf(copy);
    return rows / ((performance.now() - startedAt) / 1000);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

const LINE_END = 10;

/** The number of lines in a stream. */
export async function linesOf(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let lines = 0;
  for await (const chunk of stream)
    for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}
