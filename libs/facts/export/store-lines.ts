import type { Calendar } from '#libs/contracts';
import { committedOnAllNodes, type Connection } from '#libs/database';
import { activityLines } from './activity-lines.js';
import type { EventLine } from './lines.js';
import { identityLines, inviteLines, stepLines } from './pair-lines.js';
import { erasedDomainLines, orgLines, userLines } from './subject-lines.js';

/** A line of an exported store that is not an event. */
export interface RecordLine {
  type: 'insightd.identity' | 'insightd.erased_domain';
  data: Record<string, unknown>;
}

/**
 * The facts of a store as lines whose import into an empty store produces equal facts. Streams: memory grows by 4 bytes
 * per user.
 * @param db a transaction with one snapshot
 */
export async function* factLines(
  db: Connection,
  calendar: Calendar,
): AsyncGenerator<EventLine | RecordLine> {
  await committedOnAllNodes(db);
  yield* userLines(db);
  yield* orgLines(db);
  yield* stepLines(db);
  yield* inviteLines(db);
  yield* activityLines(db, calendar);
  for await (const data of erasedDomainLines(db)) yield { type: 'insightd.erased_domain', data };
  for await (const data of identityLines(db)) yield { type: 'insightd.identity', data };
}
