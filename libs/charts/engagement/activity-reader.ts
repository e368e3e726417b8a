import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { DAY_MS, type Subject } from '#libs/contracts';
import type { Connection } from '#libs/database';
import { BLOCK_BYTES, BLOCK_SHIFT, BLOCK_SIZE, readExcluded, type Bitset } from '#libs/facts';
import {
  activityExtent,
  scanEver,
  scanRows,
  type BlockRange,
  type Days,
  type Extent,
} from './activity-rows.query.js';
import { BLOCK_WORDS, type BlockRows } from './block-rows.js';
import { maskFor, type MaskOf } from './mask.js';
import type { RowPlan } from './row-plan.js';

/** The activity that is read at a time. A year of a million users takes 49 MB. */
const BYTES_AT_ONCE = 32 * 1024 * 1024;

/** The activity of a block, masked. `rows` is only valid until the next block. */
export interface ActivityBlock {
  block: number;
  rows: BlockRows;
  /** Whether there is no activity. */
  isEmpty: boolean;
}

/** Reads the activity of users or orgs in one transaction. */
export class ActivityReader {
  private constructor(
    private readonly db: Connection,
    private readonly subject: Subject,
    private readonly extent: Extent,
    private readonly maskOf: MaskOf,
  ) {}

  /** @param segment counts only these keys */
  static async open(
    db: Connection,
    subject: Subject,
    segment: Bitset | undefined,
  ): Promise<ActivityReader> {
    const extent = await activityExtent(db, subject);
    const { users, orgs } = await readExcluded(db);
    const mask = maskFor(subject === 'user' ? users : orgs, segment);
    return new ActivityReader(db, subject, extent, mask);
  }

  /** The number of blocks. */
  get size(): number {
    return (this.extent.keys + BLOCK_SIZE - 1) >> BLOCK_SHIFT;
  }

  /** Whether the chart counts a key. */
  counts(key: number): boolean {
    return this.maskOf(key >> BLOCK_SHIFT)?.has(key) ?? true;
  }

  /**
   * Each block with the rows of a plan, in order of the blocks. Reads as many blocks at a time as fit into the memory, and
   * yields to the event loop between blocks, because it runs where requests are answered.
   */
  async *blocks(plan: RowPlan): AsyncGenerator<ActivityBlock> {
    const end = this.size;
    const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / (plan.rows * BLOCK_BYTES)));
    const blockWords = plan.rows * BLOCK_WORDS;
    const buffer = new Uint32Array(Math.min(atOnce, end) * blockWords);
    for (let from = 0; from < end; from += atOnce) {
      const range = { from, before: Math.min(from + atOnce, end) };
      buffer.fill(0);
      const found = await this.read(plan, range, buffer);
      for (let block = from; block < range.before; block++) {
        const first = (block - from) * blockWords;
        const rows = { words: buffer.subarray(first, first + blockWords), width: BLOCK_WORDS };
        const isEmpty = !found.has(block);
        if (!isEmpty) this.maskOf(block)?.keepIn(rows);
        yield { block, rows, isEmpty };
        await yieldToEventLoop();
      }
    }
  }

  /** @returns the blocks with activity */
  private async read(plan: RowPlan, range: BlockRange, buffer: Uint32Array): Promise<Set<number>> {
    const found = new Set<number>();
    const wordOf = (block: number, row: number) =>
      ((block - range.from) * plan.rows + row) * BLOCK_WORDS;
    const { db, subject } = this;
    if (plan.everBefore) {
      const before = this.known({ first: -Infinity, last: plan.first - DAY_MS });
      if (before)
        await scanEver(db, subject, range, before, (block, copied) => {
          found.add(block);
          copied.orBitsInto(buffer, wordOf(block, 0));
        });
    }
    const days = this.known(plan);
    if (days) {
      await scanRows(db, subject, range, days, (block, day, copied) => {
        const row = plan.rowOf(day);
        if (row === undefined) return;
        found.add(block);
        copied.orBitsInto(buffer, wordOf(block, row));
      });
    }
    return found;
  }

  /** The days that have activity, of some days. */
  private known({ first, last }: Days): Days | undefined {
    const { days } = this.extent;
    if (!days || last < days.first || first > days.last) return undefined;
    return { first: Math.max(first, days.first), last: Math.min(last, days.last) };
  }
}
