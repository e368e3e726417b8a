import { Inject, Injectable } from '@nestjs/common';
import type { SenderKind, SourceDetails, SourceState } from '#libs/contracts';
import { Clock, KeysService, SETTINGS, type Settings } from '#libs/platform';
import { Database } from '#libs/database';
import { Sources } from '../sources/sources.js';
import { configuredWebhooks } from '../sources/webhook-secrets.js';
import { IngestStatistics } from './ingest-statistics.service.js';
import { droppedTraits, lastDay, lastEvents, letterCounts } from './sources.query.js';

/** Lists the senders, when they last sent an event, and the outcomes of their events. */
@Injectable()
export class SourcesService {
  constructor(
    private readonly database: Database,
    private readonly statistics: IngestStatistics,
    private readonly keys: KeysService,
    private readonly clock: Clock,
    private readonly sources: Sources,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'WEBHOOK_SECRETS'>,
  ) {}

  /** All senders that are configured or have sent anything, ordered by name. */
  async states(): Promise<SourceState[]> {
    await this.statistics.flush();
    const now = this.clock.now();
    const [seen, api, tracking] = await Promise.all([
      lastEvents(this.database.pool),
      this.keys.liveNames(['ingest', 'erase'], now),
      this.keys.liveNames(['ingest', 'track'], now),
    ]);
    const webhooks = configuredWebhooks(this.sources, this.settings);
    const isConfigured = (kind: SenderKind, source: string): boolean => {
      if (kind === 'webhook') return webhooks.has(source);
      if (kind === 'api') return api.has(source);
      return kind === 'tracking' && tracking.has(source);
    };
    const silent = [...webhooks]
      .filter((name) => !seen.some(({ kind, source }) => kind === 'webhook' && source === name))
      .map((source) => ({ source, kind: 'webhook' as const, last_event_at: null }));
    return [...seen, ...silent]
      .map(({ source, kind, last_event_at }) => {
        return { source, kind, configured: isConfigured(kind, source), last_event_at };
      })
      .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  /** `states` with the counts of the last 24 hours and the reasons of dead letters. */
  async details(): Promise<SourceDetails[]> {
    const states = await this.states();
    const now = this.clock.now();
    const [days, drops, letters] = await Promise.all([
      lastDay(this.database.pool, now),
      droppedTraits(this.database.pool, now),
      letterCounts(this.database.pool),
    ]);
    const [daysOf, dropsOf, lettersOf] = [bySource(days), bySource(drops), bySource(letters)];
    return states.map((state) => ({
      ...state,
      last_day: (daysOf.get(keyOf(state)) ?? []).map(({ type, outcome, reason, count }) => {
        return { type, outcome, count, ...(reason !== '' && { reason }) };
      }),
      dropped_traits: (dropsOf.get(keyOf(state)) ?? []).map(({ reason, count }) => {
        return { reason, count };
      }),
      dead_letters: (lettersOf.get(keyOf(state)) ?? []).map(({ reason, count }) => {
        return { reason, count };
      }),
    }));
  }
}

type OfSource = Pick<SourceState, 'kind' | 'source'>;

function keyOf({ kind, source }: OfSource): string {
  return `${source}\0${kind}`;
}

function bySource<T extends OfSource>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
