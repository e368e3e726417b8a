import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database, type Connection } from '#libs/database';
import { Turns } from '#libs/platform';
import { currentMoment } from './moment.js';
import { Reading, ScanNeeded, type Evaluated, type Remembered } from './reading.js';
import type { Rule } from './rules.js';

/** A set of a million keys takes 125 KB. */
const CACHE_BYTES = 64 * 1024 * 1024;
const OVERHEAD_BYTES = 500;
/** Requests that evaluate whole tables at a time, and that wait. Each uses a connection of the main pool. */
const [AT_ONCE, MAX_WAITING] = [2, 100];

/**
 * Evaluates rules at the moment of a question. Caches the result of each rule and applies the changes since, so that a
 * repeated question reads the changed facts only.
 */
@Injectable()
export class Sets {
  private readonly cache = new LRUCache<string, Evaluated>({
    maxSize: CACHE_BYTES,
    sizeCalculation: bytesOf,
  });
  private readonly remembered: Remembered = {
    get: (name) => this.cache.get(name),
    set: (name, evaluated) => void this.cache.set(name, evaluated),
  };
  private readonly begun = new Map<string, Promise<void>>();
  private readonly turns = new Turns(AT_ONCE, MAX_WAITING, 'segments');

  constructor(private readonly database: Database) {}

  /**
   * Runs `work` in a transaction in which all rules are evaluated at one moment.
   * @param rules the rules that `work` uses, for sharing first evaluations among concurrent requests
   * @param work must evaluate one rule at a time
   */
  async reading<T>(rules: readonly Rule[], work: (reading: Reading) => Promise<T>): Promise<T> {
    const unknown = rules.filter(({ name }) => !this.cache.has(name));
    await this.evaluateFirst(unknown);
    try {
      return await this.inSnapshot(work, false);
    } catch (error) {
      // Too much has changed since, such as during an import.
      if (!(error instanceof ScanNeeded)) throw error;
      return this.turns.take(() => this.inSnapshot(work, true));
    }
  }

  /** Evaluates rules that are not cached, in one turn; waits for those that another request evaluates already. */
  private async evaluateFirst(rules: readonly Rule[]): Promise<void> {
    const begun = rules.flatMap(({ name }) => this.begun.get(name) ?? []);
    const own = rules.filter(({ name }) => !this.begun.has(name));
    if (own.length > 0) {
      const evaluating = this.turns
        .take(() =>
          this.inSnapshot(async (reading) => {
            for (const rule of own) await reading.bitsOf(rule);
          }, true),
        )
        .finally(() => own.forEach(({ name }) => this.begun.delete(name)));
      for (const { name } of own) this.begun.set(name, evaluating);
      begun.push(evaluating);
    }
    await Promise.all(begun);
  }

  private inSnapshot<T>(work: (reading: Reading) => Promise<T>, mayScan: boolean): Promise<T> {
    const read = async (db: Connection) => {
      await db.query('set transaction isolation level repeatable read, read only');
      return work(new Reading(db, await currentMoment(db), this.remembered, mayScan));
    };
    return this.database.transaction(read, 'long');
  }
}

function bytesOf({ bits, ahead, orgs }: Evaluated): number {
  return bits.words.byteLength + (orgs?.words.byteLength ?? 0) + ahead.length * 8 + OVERHEAD_BYTES;
}
