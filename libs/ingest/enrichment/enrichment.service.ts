import { Inject, Injectable } from '@nestjs/common';
import { checkEvent, isObject, type NativeEvent } from '#libs/contracts';
import { Clock, Logger, SETTINGS, type Settings, within } from '#libs/platform';
import { Database } from '#libs/database';
import { IngestService } from '../pipeline/ingest.service.js';
import {
  claimFetches,
  endFetch,
  deferFetches,
  retryFetch,
  type DueFetch,
} from './enrichment.store.js';
import { FetchDeferred, type Fetcher, type Source } from '../sources/source.js';
import { Sources } from '../sources/sources.js';
import { ordered } from '../pipeline/translate.js';

/** Asked at the same time, of one source. */
const AT_ONCE = 10;
const ANSWER_MS = 15_000;
const LEASE_SECONDS = 60;
const FIRST_RETRY_MS = 2_000;
const LATEST_RETRY_MS = 3_600_000;

/** Asks sources for what their messages left out, and tells the answers as events. */
@Injectable()
export class EnrichmentService {
  constructor(
    private readonly database: Database,
    private readonly ingest: IngestService,
    private readonly sources: Sources,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Asks for all that is due. */
  async turn(): Promise<void> {
    for (const source of this.sources.all()) {
      const ask = source.fetcher?.(this.settings);
      while (ask && (await this.fetchSome(source, ask)) === AT_ONCE);
    }
  }

  /** @returns how many were due, up to a limit */
  private async fetchSome(source: Source, ask: Fetcher): Promise<number> {
    const claim = { limit: AT_ONCE, leaseSeconds: LEASE_SECONDS };
    const due = await claimFetches(this.database.pool, source.name, claim);
    await Promise.all(due.map((one) => this.fetchOne(source, ask, one)));
    return due.length;
  }

  private async fetchOne(source: Source, ask: Fetcher, due: DueFetch): Promise<void> {
    // What is said was so at some moment from here on: what happens meanwhile must not be undone.
    const at = this.clock.now();
    let event: NativeEvent | undefined;
    try {
      const told = await within(ANSWER_MS, ask(due));
      event = isObject(told) ? checked(told, due, at, source) : undefined;
    } catch (error) {
      return this.failed(source, due, error);
    }
    await this.ingest.commit(event ? [event] : [], (db) => endFetch(db, due));
  }

  private async failed(source: Source, due: DueFetch, error: unknown): Promise<void> {
    const { name, message } = error instanceof Error ? error : new Error('not told');
    const ms = Math.min(LATEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(due.attempts - 1, 20));
    await retryFetch(this.database.pool, due, { ms, error: message.slice(0, 200) });
    if (error instanceof FetchDeferred) {
      await deferFetches(this.database.pool, source.name, error.ms);
    } else {
      const fields = { source: source.name, kind: due.kind, attempts: due.attempts, error: name };
      this.logger.warn('a look-up failed and will be tried again', fields);
    }
  }
}

/** @throws Error naming what is wrong with an answer */
function checked(
  told: object,
  { eventId, receivedAt }: DueFetch,
  at: number,
  source: Source,
): NativeEvent {
  const context = { now: at, receivedAt: at, defaultSource: source.name };
  const result = checkEvent({ ...told, id: eventId }, context);
  if ('event' in result) return ordered(source, receivedAt, result.event);
  throw new Error(`the answer cannot be used: ${Object.keys(result.errors).join(', ')}`);
}
