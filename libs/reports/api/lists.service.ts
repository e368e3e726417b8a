import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Ranking } from '#libs/contracts';
import { Database } from '#libs/database';
import { compareLists, comparisonBytes, type Comparison } from './comparison.js';
import { lacksRanking } from '../snapshots/missing.query.js';
import { RankingMissing, SnapshotPruned } from './retry-if-pruned.js';
import type { KeptRun } from './kept-runs.query.js';
import { keysOf, readPackedList, type PackedList } from './packed-list.query.js';

// A list of a million users takes 4 to 8 MB, a comparison of two such lists 4 to 12 MB.
const LISTS_BYTES = 64 * 1024 * 1024;
const COMPARISONS_BYTES = 64 * 1024 * 1024;
/** Overhead of a cache entry. */
const OVERHEAD_BYTES = 500;

/**
 * Caches whole packed rankings and comparisons of two rankings. Both never change, so an entry is valid while its
 * run is kept, which callers check. Concurrent requests for the same entry share one read.
 */
@Injectable()
export class Lists {
  private readonly lists = bounded<PackedList>(LISTS_BYTES, ({ entries }) => entries.length);
  private readonly comparisons = bounded<Comparison>(COMPARISONS_BYTES, comparisonBytes);
  private readonly begun = new Map<string, Promise<unknown>>();

  constructor(private readonly database: Database) {}

  /**
   * A ranking of a kept run.
   * @throws SnapshotPruned when the run was pruned in the meantime
   * @throws RankingMissing when the run was made by a version without this ranking
   */
  of(run: KeptRun, ranking: Ranking): Promise<PackedList> {
    return this.remember(this.lists, nameOf(run, ranking), async () => {
      const list = await readPackedList(this.database, run, ranking);
      if (list) return list;
      const isMissing = await lacksRanking(this.database.pool, run, ranking);
      throw isMissing ? new RankingMissing() : new SnapshotPruned();
    });
  }

  /** Compares a ranking in two kept runs. @throws SnapshotPruned and RankingMissing like `of` */
  compared(run: KeptRun, previous: KeptRun, ranking: Ranking): Promise<Comparison> {
    const name = `${nameOf(run, ranking)} ${nameOf(previous, ranking)}`;
    return this.remember(this.comparisons, name, async () => {
      const [list, before] = [await this.of(run, ranking), await this.of(previous, ranking)];
      return compareLists(keysOf(list), keysOf(before));
    });
  }

  private async remember<T extends object>(
    cache: LRUCache<string, T>,
    name: string,
    make: () => Promise<T>,
  ): Promise<T> {
    const known = cache.get(name);
    if (known) return known;
    const making =
      (this.begun.get(name) as Promise<T> | undefined) ??
      make().finally(() => this.begun.delete(name));
    this.begun.set(name, making);
    const made = await making;
    cache.set(name, made);
    return made;
  }
}

/** The key of a cache entry. Does not use `report_runs.id`: a restored store reuses these numbers. */
function nameOf({ runId, version }: KeptRun, { subject, report, interval }: Ranking): string {
  return `${runId}/${version}/${subject}/${report}/${interval}`;
}

function bounded<T extends object>(maxSize: number, bytes: (value: T) => number) {
  return new LRUCache<string, T>({
    maxSize,
    // Entries larger than the cache are not stored.
    sizeCalculation: (value) => bytes(value) + OVERHEAD_BYTES,
  });
}
