import type { Queryable } from '#libs/database';
import type { FrozenList } from '#libs/reports';

/** A stored message with some of its rows. */
export interface StoredMessage {
  subscriptionId: string;
  report: string;
  interval: string;
  from: { run_id: string; report_time: number } | null;
  to: { run_id: string; report_time: number } | null;
  rebased: boolean;
  isDigest: boolean;
  counts: { entered: number; left: number };
  createdAt: Date;
  entered: FrozenList;
  left: FrozenList;
}

interface Row extends Omit<StoredMessage, 'counts' | 'entered' | 'left'> {
  entered_count: number;
  entered_report: string | null;
  entered_width: number;
  entered: Buffer;
  left_count: number;
  left_report: string | null;
  left_width: number;
  left: Buffer;
}

const seconds = (column: string) => `floor(extract(epoch from ${column}))::float8`;
const runOf = (name: string) => `
  case when ${name}_run is not null then
    json_build_object('run_id', ${name}_run, 'report_time', ${seconds(`${name}_time`)}) end as "${name}"`;
// Reads the requested rows only: the columns are neither compressed nor in the row itself.
const MESSAGE = `
  select subscription_id as "subscriptionId", report, interval, ${runOf('from')}, ${runOf('to')}, rebased,
    is_digest as "isDigest", created_at as "createdAt", entered_count, entered_report, entered_width,
    left_count, left_report, left_width,
    substring(entered from least($2::int, entered_count) * entered_width + 1
      for (least($2::int + $3::int, entered_count) - least($2::int, entered_count)) * entered_width) as entered,
    substring("left" from greatest($2::int - entered_count, 0) * left_width + 1
      for (greatest($2::int + $3::int - entered_count, 0) - greatest($2::int - entered_count, 0)) * left_width) as "left"
  from subscription_messages where id = $1`;

/**
 * A message with the rows [`first`, `first + rows`): those that entered, then those that left; undefined when it was
 * removed.
 */
export async function storedMessage(
  db: Queryable,
  id: string,
  first: number,
  rows: number,
): Promise<StoredMessage | undefined> {
  const [row] = (await db.query<Row>(MESSAGE, [id, first, rows])).rows;
  if (!row) return undefined;
  return {
    ...row,
    counts: { entered: row.entered_count, left: row.left_count },
    entered: { reportId: row.entered_report ?? '', width: row.entered_width, rows: row.entered },
    left: { reportId: row.left_report ?? '', width: row.left_width, rows: row.left },
  };
}
