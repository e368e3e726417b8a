import { Injectable } from '@nestjs/common';
import type { OrgReportRow, Ranking } from '#libs/contracts';
import type { Bitset } from '#libs/facts';
import { ORG_PROFILES, USER_PROFILES } from '#libs/facts';
import { Database } from '#libs/database';
import { numbersOf, profilesOf, userIdsOf } from '../snapshots/keyed.query.js';
import { freeze, thaw, type FrozenList } from './frozen-list.js';
import { presentRun, type KeptRun } from './kept-runs.query.js';
import { Lists } from './lists.service.js';
import { keyAt, type PackedList } from './packed-list.query.js';
import { SnapshotPruned, unlessMissing } from './retry-if-pruned.js';
import { orgRow, userRow, usersIn, type UserRow } from './rows.js';

/** Keys per query for numbers. */
const KEYS_AT_ONCE = 10_000;

/** A row with its rank. */
export interface ThawedRow {
  rank: number;
  row: UserRow | OrgReportRow;
}

/** Copies lists of runs, so that their rows outlive the runs, and shows such rows with current names. */
@Injectable()
export class FrozenLists {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** The first or the latest kept run that was not made as of a past day. */
  run(which: 'first' | 'latest'): Promise<KeptRun | undefined> {
    return presentRun(this.database.pool, which);
  }

  /**
   * A ranking of a run; undefined when the run was made by a version without it.
   * @param keys only these users or orgs
   * @param most only so many rows
   * @throws ApiError `not_found` when the run was pruned in the meantime
   */
  async of(
    run: KeptRun,
    ranking: Ranking,
    keys: Bitset | undefined,
    most = Infinity,
  ): Promise<FrozenList | undefined> {
    const list = await unlessMissing(this.lists.of(run, ranking));
    if (!list) return undefined;
    const positions = positionsOf(list, keys).subarray(0, Math.min(most, list.total));
    const numbers: [number, number][][] = [];
    for (let first = 0; first < positions.length; first += KEYS_AT_ONCE) {
      const some = positions.subarray(first, first + KEYS_AT_ONCE);
      const wanted = Array.from(some, (position) => keyAt(list, position));
      const found = await numbersOf(this.database.pool, run.id, ranking, list.reportId, wanted);
      if (!found) throw new SnapshotPruned();
      numbers.push(found);
    }
    return freeze(
      ranking,
      list,
      positions,
      (index) => numbers[Math.floor(index / KEYS_AT_ONCE)]![index % KEYS_AT_ONCE]!,
    );
  }

  /** The rows of a frozen list with current names, without users and orgs that were deleted or excluded since. */
  async rowsOf(ranking: Ranking, list: FrozenList): Promise<ThawedRow[]> {
    const { pool } = this.database;
    const thawed = thaw(list);
    const keys = thawed.map(({ entry }) => entry.key);
    if (ranking.subject === 'user') {
      const users = await profilesOf(pool, USER_PROFILES, keys);
      return thawed.flatMap(({ rank, entry }) => {
        const profile = users.get(entry.key);
        return profile ? [{ rank, row: userRow(ranking, list.reportId, entry, profile) }] : [];
      });
    }
    const orgs = await profilesOf(pool, ORG_PROFILES, keys);
    const entries = thawed.map(({ entry }) => entry);
    const userIds = await userIdsOf(pool, usersIn(ranking, entries));
    return thawed.flatMap(({ rank, entry }) => {
      const profile = orgs.get(entry.key);
      return profile
        ? [{ rank, row: orgRow(ranking, list.reportId, entry, profile, userIds) }]
        : [];
    });
  }
}

function positionsOf(list: PackedList, keys: Bitset | undefined): Uint32Array {
  const found = new Uint32Array(list.total);
  let count = 0;
  for (let position = 0; position < list.total; position++)
    if (!keys || keys.has(keyAt(list, position))) found[count++] = position;
  return found.subarray(0, count);
}
