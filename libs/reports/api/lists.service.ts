import { Injectable } from '@nestjs/common';
import type { Ranking } from '#libs/contracts';
import { Database } from '#libs/database';
import { BoundedCache } from './bounded-cache.js';
import { compareLists, comparisonBytes, type Comparison } from './comparison.js';
import { lacksRanking } from '../snapshots/missing.query.js';
import { RankingMissing, SnapshotPruned } from './retry-if-pruned.js';
import type { KeptRun } from './kept-runs.query.js';
import { keysOf, readPackedList, type PackedList } from './packed-list.query.js';

// A list of a million users takes 4 to 8 MB, a comparison of two such lists 4 to 12 MB.
const LISTS_BYTES = 64 * 1024 * 1024;
const COMPARISONS_BYTES = 64 * 1024 * 1024;

/**
 * Caches whole packed rankings and comparisons of two rankings. Both never change, so an entry is valid while its
 * run is kept, which callers check.
 */
@Injectable()
export class Lists {
  private readonly lists = new BoundedCache<PackedList>(
    LISTS_BYTES,
    ({ entries }) => entries.length,
  );
  private readonly comparisons = new BoundedCache<Comparison>(COMPARISONS_BYTES, comparisonBytes);

  constructor(private readonly database: Database) {}

  /**
   * A ranking of a kept run.
   * @throws SnapshotPruned when the run was pruned in the meantime
   * @throws RankingMissing when the run was made by a version without this ranking
   */
  of(run: KeptRun, ranking: Ranking): Promise<PackedList> {
    return this.lists.get(nameOf(run, ranking), async () => {
      const list = await readPackedList(this.database, run, ranking);
      if (list) return list;
      const isMissing = await lacksRanking(this.database.pool, run, ranking);
      throw isMissing ? new RankingMissing() : new SnapshotPruned();
    });
  }

  /** Compares a ranking in two kept runs. @throws SnapshotPruned and RankingMissing like `of` */
  compared(run: KeptRun, previous: KeptRun, ranking: Ranking): Promise<Comparison> {
    const name = `${nameOf(run, ranking)} ${nameOf(previous, ranking)}`;
    return this.comparisons.get(name, async () => {
      const [list, before] = [await this.of(run, ranking), await this.of(previous, ranking)];
      return compareLists(keysOf(list), keysOf(before));
    });
  }
}

/** The key of a cache entry. Does not use `report_runs.id`: a restored store reuses these numbers. */
function nameOf({ runId, version }: KeptRun, { subject, report, interval }: Ranking): string {
  return `${runId}/${version}/${subject}/${report}/${interval}`;
}
