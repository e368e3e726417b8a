import type { Ranking, Subject } from '#libs/contracts';
import type { Database } from '#libs/database';
import { csvCells, csvText, csvTime } from '#libs/platform';
import { definitionOf, type Extra } from '../../definitions/index.js';
import { hasList, userIdsOf, valuesOfMany } from '../../snapshots/keyed.query.js';
import { NUMBERS_BYTES, PackedEntries } from '../../snapshots/packing.js';
import { NUMBERS } from '../../snapshots/lists.js';
import type { KeptRun } from '../kept-runs.query.js';
import type { PackedList } from '../packed-list.query.js';
import { SnapshotPruned } from '../retry-if-pruned.js';
import { extraValue, userPlaces } from '../rows.js';
import type { ReportPosition } from '../selection.js';
import type { Portion } from './csv-file.js';
import { PROFILE_COLUMNS, profileCells } from './profile-cells.js';

/** The columns before and after the extras. */
const NUMBER_COLUMNS: Record<Subject, { before: readonly string[]; after: readonly string[] }> = {
  user: { before: [], after: ['user_created_at_utc', 'last_active_at_utc'] },
  org: { before: ['num_users'], after: ['org_created_at_utc'] },
};

/** The header line of a ranking's table. @param compares adds the columns of changes */
export function csvHead(ranking: Ranking, compares: boolean): string {
  const { subject } = ranking;
  const extras = definitionOf(ranking).extras.map(({ name, kind }) =>
    kind === 'time' ? `${name}_utc` : name,
  );
  const changes = compares ? ['previous_rank', 'change'] : [];
  const { before, after } = NUMBER_COLUMNS[subject];
  return csvCells([
    ...['rank', ...changes],
    ...[...PROFILE_COLUMNS[subject], ...before, ...extras, ...after],
  ]);
}

/** Entries of a ranking, and their positions in it. */
export interface ListedEntries extends Pick<PackedList, 'reportId' | 'width' | 'entries'> {
  ranksAt: (index: number) => ReportPosition;
}

/**
 * Reads the lines of some entries of a ranking, without users and orgs that no longer exist.
 * @param wanted only rows that contain this text, in lower case; see `profileCells`
 * @throws SnapshotPruned when the run was pruned in the meantime
 */
export function readLines(
  database: Database,
  run: KeptRun,
  ranking: Ranking,
  { reportId, width, entries: packed, ranksAt }: ListedEntries,
  { compares, wanted }: { compares: boolean; wanted: string },
): Promise<Portion> {
  const { subject } = ranking;
  const { extras } = definitionOf(ranking);
  const entries = new PackedEntries(packed, extras.length, width);
  return database.transaction(async (db) => {
    const profiles = await profileCells(db, subject, entries.keys, wanted);
    const userIds = await userIdsOf(db, namedUsers(ranking, entries));
    const list = { subject, report: NUMBERS, interval: '' };
    const numbers = await valuesOfMany(db, run.id, list, NUMBERS_BYTES, entries.keys);
    // Last: while the snapshot is the same, keys mean the same users and orgs.
    if (!numbers || !(await hasList(db, run.id, ranking, reportId))) throw new SnapshotPruned();
    const numberAt = (index: number, which: 0 | 1) =>
      numbers.readUInt32LE(index * NUMBERS_BYTES + which * 4);
    const line = (index: number) => {
      const profile = profiles[index];
      if (profile === undefined) return undefined;
      const { rank, previous_rank, change } = ranksAt(index);
      let cells = `${rank ?? ''},`;
      if (compares) cells += `${previous_rank ?? ''},${change ?? ''},`;
      cells += profile;
      if (subject === 'org') cells += `,${numberAt(index, 1)}`;
      for (const [place, { kind }] of extras.entries())
        cells += `,${extraCell(kind, entries.extraAt(index, place), userIds)}`;
      cells += `,${csvTime(numberAt(index, 0))}`;
      if (subject === 'user') cells += `,${csvTime(numberAt(index, 1))}`;
      return csvCells([cells]);
    };
    return { length: entries.length, line };
  });
}

/** The keys of the users that entries name in their extras. */
function namedUsers(ranking: Ranking, entries: PackedEntries): number[] {
  return userPlaces(ranking).flatMap((place) =>
    Array.from({ length: entries.length }, (_, index) => entries.extraAt(index, place)),
  );
}

function extraCell(
  kind: Extra['kind'],
  stored: number,
  userIds: ReadonlyMap<number, string>,
): string | number {
  const value = extraValue(kind, stored, userIds);
  if (typeof value !== 'number') return csvText(value);
  return kind === 'time' ? csvTime(value) : value;
}
