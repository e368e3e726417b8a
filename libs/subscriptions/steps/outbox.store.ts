import type { Ranking } from '#libs/contracts';
import type { Queryable } from '#libs/database';
import { frozenLength, type FrozenList } from '#libs/reports';
import { idOf } from './ids.js';
import type { Part } from './parts.js';

/** A run as a message names it. */
interface MessageRun {
  run_id: string;
  /** Unix seconds. */
  report_time: number;
}

export interface NewMessage {
  id: string;
  subscriptionId: string;
  kind: 'change' | 'test';
  ranking: Ranking;
  from: MessageRun | undefined;
  to: MessageRun | undefined;
  /** Undefined in a test message without a run. */
  entered: FrozenList | undefined;
  left: FrozenList | undefined;
  rebased: boolean;
  isDigest: boolean;
}

const ADD_MESSAGE = `
  insert into subscription_messages (
    id, subscription_id, report, interval, from_run, from_time, to_run, to_time, rebased, is_digest,
    entered_count, entered_report, entered_width, entered, left_count, left_report, left_width, "left")
  values ($1, $2, $3, $4, $5, to_timestamp($6), $7, to_timestamp($8), $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
  on conflict (id) do nothing`;
// Numbers the deliveries in the order of the parts.
const ADD_DELIVERIES = `
  insert into subscription_deliveries
    (id, subscription_id, message_id, kind, part, parts, first_row, row_count)
  select id, $1, $2, $3, part, $4, first_row, row_count
  from unnest($5::uuid[], $6::int[], $7::int[], $8::int[]) as given (id, part, first_row, row_count)
  order by part
  on conflict (id) do nothing`;

/** Stores a message and its deliveries; does nothing when it is stored already. */
export async function addMessage(
  db: Queryable,
  message: NewMessage,
  parts: readonly Part[],
): Promise<void> {
  const { id, subscriptionId, ranking, from, to, kind, rebased, isDigest } = message;
  const listed = [message.entered, message.left].flatMap((list) =>
    list
      ? [frozenLength(list), list.reportId, list.width, list.rows]
      : [0, null, 1, Buffer.alloc(0)],
  );
  await db.query(ADD_MESSAGE, [
    ...[id, subscriptionId, `${ranking.subject}/${ranking.report}`, ranking.interval],
    ...[from?.run_id ?? null, from?.report_time ?? null],
    ...[to?.run_id ?? null, to?.report_time ?? null, rebased, isDigest],
    ...listed,
  ]);
  await db.query(ADD_DELIVERIES, [
    ...[subscriptionId, id, kind, parts.length],
    parts.map(({ number }) => idOf('delivery', id, String(number))),
    parts.map(({ number }) => number),
    parts.map(({ first }) => first),
    parts.map(({ rows }) => rows),
  ]);
}
