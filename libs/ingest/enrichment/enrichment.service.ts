import { Inject, Injectable } from '@nestjs/common';
import {
  checkEvent,
  isObject,
  within,
  type DroppedTraits,
  type NativeEvent,
  type TraitRules,
} from '#libs/contracts';
import { Clock, Logger, SETTINGS, type Settings } from '#libs/platform';
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
import { traitsOfSource } from '../pipeline/trait-rules.js';
import { ordered } from '../pipeline/translate.js';

/** Concurrent fetches per source. */
const MAX_CONCURRENT = 10;
const ANSWER_MS = 15_000;
const LEASE_SECONDS = 60;
const FIRST_RETRY_MS = 2_000;
const LATEST_RETRY_MS = 3_600_000;

/** Fetches values that messages left out from the sources' APIs and writes them as events. */
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

  /** Makes all fetches that are due. */
  async turn(): Promise<void> {
    for (const source of this.sources.all()) {
      const fetcher = source.fetcher?.(this.settings);
      while (fetcher && (await this.fetchSome(source, fetcher)) === MAX_CONCURRENT);
    }
  }

  /** @returns the number of fetches made, at most `MAX_CONCURRENT` */
  private async fetchSome(source: Source, fetcher: Fetcher): Promise<number> {
    const claim = { limit: MAX_CONCURRENT, leaseSeconds: LEASE_SECONDS };
    const due = await claimFetches(this.database.pool, source.name, claim);
    await Promise.all(due.map((one) => this.fetchOne(source, fetcher, one)));
    return due.length;
  }

  private async fetchOne(source: Source, fetcher: Fetcher, due: DueFetch): Promise<void> {
    // Taken before the request, so that the answer does not override events that occur meanwhile.
    const at = this.clock.now();
    let event: NativeEvent | undefined;
    let dropped: DroppedTraits | undefined;
    try {
      const answer = await within(ANSWER_MS, fetcher(due));
      if (isObject(answer)) {
        const traits = traitsOfSource(source, this.settings);
        ({ event, dropped } = checked(answer, due, at, source, traits));
      }
    } catch (error) {
      return this.failed(source, due, error);
    }
    const isThere = await this.ingest.commitFromRow(event ? [event] : [], (db) =>
      endFetch(db, due),
    );
    if (isThere) this.ingest.recordDropped(dropped, { kind: 'webhook', name: source.name });
  }

  private async failed(source: Source, due: DueFetch, error: unknown): Promise<void> {
    const { name, message } = error instanceof Error ? error : new Error('unknown error');
    const ms = Math.min(LATEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(due.attempts - 1, 20));
    await retryFetch(this.database.pool, due, { ms, error: message.slice(0, 200) });
    if (error instanceof FetchDeferred) {
      await deferFetches(this.database.pool, source.name, error.ms);
    } else {
      const fields = { source: source.name, kind: due.kind, attempts: due.attempts, error: name };
      this.logger.warn('a fetch failed and will be repeated', fields);
    }
  }
}

/** Checks an answer as an event. @throws Error naming its invalid fields */
function checked(
  answer: object,
  { eventId, receivedAt }: DueFetch,
  at: number,
  source: Source,
  traits: TraitRules,
): { event: NativeEvent; dropped?: DroppedTraits } {
  const context = { now: at, receivedAt: at, defaultSource: source.name, traits };
  const result = checkEvent({ ...answer, id: eventId }, context);
  if ('event' in result) {
    return { ...result, event: ordered(source, receivedAt, result.event) };
  }
  throw new Error(`the answer cannot be used: ${Object.keys(result.errors).join(', ')}`);
}
