import { RANKINGS, intervalDays, type Ranking, type Subject } from '#libs/contracts';
import type { Connection, Queryable } from '#libs/platform';
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
 * One at a time, so that only one packed list is in memory beside the facts.
 */
function* snapshotRows(facts: RunFacts): Generator<SnapshotRow> {
  const { users, orgs } = facts;
  yield numbersRow('user', users.keys.length, packNumbers(users.createdAt, users.lastActiveAt));
  yield numbersRow('org', orgs.keys.length, packNumbers(orgs.createdAt, orgs.members));
  for (const ranking of RANKINGS) {
    const list = definitionOf(ranking).rank(facts, windowOf(facts, intervalDays(ranking.interval)));
    yield { ...ranking, total: list.keys.length, entries: packList(list) };
  }
}

function numbersRow(subject: Subject, total: number, entries: Buffer): SnapshotRow {
  return { subject, report: NUMBERS, interval: '', total, entries };
}

const INSERT = `
  insert into snapshots (run_key, subject, report, "interval", report_id, total, entries)
  values ($1, $2, $3, $4, gen_random_uuid(), $5, $6)`;

/**
 * Writes a run's snapshot into a partition of its own. In the transaction that completes the run,
 * so that all of it appears at once or not at all.
 * @returns entries by ranking, such as `user/champion/30`
 */
export async function writeSnapshot(
  db: Connection,
  runKey: number,
  facts: RunFacts,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await createPartition(db, runKey);
  for (const row of snapshotRows(facts)) {
    const { subject, report, interval, total, entries } = row;
    await db.query(INSERT, [runKey, subject, report, interval, total, entries]);
    if (report !== NUMBERS) counts[`${subject}/${report}/${interval}`] = total;
  }
  return counts;
}

// A table is named after its run: DDL takes no parameters, and the name is made of a number.
const partition = (runKey: number): string => `snapshots_run_${Math.trunc(runKey)}`;

/** Made apart and attached: `create table … partition of` would lock out the readers of all snapshots. */
async function createPartition(db: Connection, runKey: number): Promise<void> {
  const name = partition(runKey);
  await db.query(`create table ${name} (like snapshots including all)`);
  await db.query(`alter table ${name} add check (run_key = ${Math.trunc(runKey)})`);
  await db.query(
    `alter table snapshots attach partition ${name} for values in (${Math.trunc(runKey)})`,
  );
}

const ATTACHED = `
  select inhdetachpending as "isPending" from pg_inherits where inhrelid = to_regclass($1)`;

/**
 * Gives a run's disk space back. Outside of a transaction; readers are not held up. Goes on where an
 * earlier call was cut short.
 */
export async function dropSnapshot(db: Queryable, runKey: number): Promise<void> {
  const name = partition(runKey);
  const { rows } = await db.query<{ isPending: boolean }>(ATTACHED, [name]);
  const [attached] = rows;
  if (attached) {
    const how = attached.isPending ? 'finalize' : 'concurrently';
    await db.query(`alter table snapshots detach partition ${name} ${how}`);
  }
  await db.query(`drop table if exists ${name}`);
}
