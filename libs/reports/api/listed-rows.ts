import type { OrgReportRow, Ranking } from '#libs/contracts';
import { ORG_PROFILES, USER_PROFILES, type DisplayProfiles } from '#libs/facts';
import type { Queryable } from '#libs/database';
import { definitionOf } from '../definitions/index.js';
import { orgRow, userRow, usersIn, type UserRow } from './rows.js';
import { profilesOf, numbersOf, userIdsOf } from '../snapshots/keyed.query.js';
import { unpackList, type NumberedEntry } from '../snapshots/packing.js';
import { SnapshotPruned } from './retry-if-pruned.js';
import type { KeptRun } from './kept-runs.query.js';
import type { PackedList } from './packed-list.query.js';

type Row = UserRow | OrgReportRow;

/**
 * The rows at some positions of a ranking; undefined for users and orgs deleted since.
 * @throws SnapshotPruned when the run was pruned in the meantime
 */
export async function rowsAt(
  db: Queryable,
  run: KeptRun,
  ranking: Ranking,
  list: Pick<PackedList, 'reportId' | 'width' | 'entries'>,
  positions: readonly number[],
): Promise<(Row | undefined)[]> {
  const { reportId } = list;
  return ranking.subject === 'user'
    ? rowsOf(USER_PROFILES, (entry, profile) => userRow(ranking, reportId, entry, profile))
    : rowsOf(ORG_PROFILES, (entry, profile, userIds) =>
        orgRow(ranking, reportId, entry, profile, userIds),
      );

  async function rowsOf<Profile, ProfileRow extends { id: number }>(
    profiles: DisplayProfiles<Profile, ProfileRow>,
    row: (entry: NumberedEntry, profile: Profile, userIds: ReadonlyMap<number, string>) => Row,
  ): Promise<(Row | undefined)[]> {
    const entries = entriesAt(ranking, list, positions);
    const keys = entries.map(({ key }) => key);
    // Reads the numbers last: when the snapshot is still the same, the keys had the same meaning until then.
    const known = await profilesOf(db, profiles, keys);
    const userIds = await userIdsOf(db, usersIn(ranking, entries));
    const numbers = await numbersOf(db, run.id, ranking, reportId, keys);
    if (!numbers) throw new SnapshotPruned();
    return entries.map((entry, index) => {
      const profile = known.get(entry.key);
      return profile && row({ ...entry, numbers: numbers[index]! }, profile, userIds);
    });
  }
}

/** The extras at a position of a ranking, by name. */
export function extrasAt(
  ranking: Ranking,
  list: Pick<PackedList, 'width' | 'entries'>,
  position: number,
): Record<string, number> {
  const [entry] = entriesAt(ranking, list, [position]);
  return Object.fromEntries(
    definitionOf(ranking).extras.map(({ name }, index) => [name, entry!.extras[index]!]),
  );
}

function entriesAt(
  ranking: Ranking,
  { entries, width }: Pick<PackedList, 'width' | 'entries'>,
  positions: readonly number[],
) {
  const extras = definitionOf(ranking).extras.length;
  const packed = positions.map((position) =>
    entries.subarray(position * width, (position + 1) * width),
  );
  return unpackList(Buffer.concat(packed), extras, width);
}
