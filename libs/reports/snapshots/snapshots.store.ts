import { RANKINGS, intervalDays, type Ranking, type Subject } from '#libs/contracts';
import type { Connection } from '#libs/platform';
import { definitionOf, windowOf } from '../definitions/index.js';
import type { RunFacts } from '../runs/run-facts.js';
import { packList, packNumbers } from './packing.js';

/** The row that holds, for each key, the numbers that all reports about the subject show. */
const NUMBERS = 'numbers';

interface SnapshotRow extends Ranking {
  total: number;
  entries: Buffer;
}

/**
 * The rows of a run's snapshot: the numbers of the users and of the orgs, then the 22 rankings.
 * One at a time, so that only two packed lists are in memory beside the facts.
 */
function* snapshotRows(facts: RunFacts): Generator<SnapshotRow> {
  const { users, orgs } = facts;
  yield numbersRow(
    'user',
    users.keys.length,
    packNumbers(users.keys, users.createdAt, users.lastActiveAt),
  );
  yield numbersRow('org', orgs.keys.length, packNumbers(orgs.keys, orgs.createdAt, orgs.members));
  for (const ranking of RANKINGS) {
    const definition = definitionOf(ranking);
    const list = definition.rank(facts, windowOf(facts, intervalDays(ranking.interval)));
    const entries = packList(list, definition.extraBytes);
    yield { ...ranking, total: list.keys.length, entries };
  }
}

function numbersRow(subject: Subject, total: number, entries: Buffer): SnapshotRow {
  return { subject, report: NUMBERS, interval: '', total, entries };
}

/**
 * The table that holds a run's snapshot. Its name is made of a number: a name cannot be bound.
 * @param runKey `report_runs.id`
 */
export function snapshotTable(runKey: number): string {
  return `snapshots_run_${Math.trunc(runKey)}`;
}

const insertInto = (table: string) => `
  insert into ${table} (subject, report, "interval", report_id, total, entries)
  values ($1, $2, $3, gen_random_uuid(), $4, $5)`;

/**
 * Writes a run's snapshot into a table of its own. In the transaction that completes the run, so that
 * all of it appears at once or not at all.
 * @returns entries by ranking, such as `user/champion/30`
 */
export async function writeSnapshot(
  db: Connection,
  runKey: number,
  facts: RunFacts,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const table = snapshotTable(runKey);
  await db.query(`create table ${table} (like snapshots including all)`);
  let writing: Promise<unknown> = Promise.resolve();
  // PostgreSQL writes a list while the next is made.
  for (const { subject, report, interval, total, entries } of snapshotRows(facts)) {
    await writing;
    writing = db.query(insertInto(table), [subject, report, interval, total, entries]);
    if (report !== NUMBERS) counts[`${subject}/${report}/${interval}`] = total;
  }
  await writing;
  return counts;
}

/** Gives a run's disk space back. @throws Error `55P03` when somebody reads it for over a second */
export async function dropSnapshot(db: Connection, runKey: number): Promise<void> {
  await db.query(`set local lock_timeout = '1s'`);
  await db.query(`drop table if exists ${snapshotTable(runKey)}`);
}
