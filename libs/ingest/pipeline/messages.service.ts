import { Inject, Injectable } from '@nestjs/common';
import type { Sender, TraitRules } from '#libs/contracts';
import { Clock, SETTINGS, type Settings } from '#libs/platform';
import { Arrivals } from './arrivals.service.js';
import { IngestService } from './ingest.service.js';
import { MentionBudget } from '../dead-letters/mentions.js';
import { IgnoredNames } from './ignored-names.js';
import { Outcomes } from './outcomes.js';
import { traitsOfSource } from './trait-rules.js';
import type { Source } from '../sources/source.js';
import { translate, type Message, type Translated } from './translate.js';

/** Translates the messages of sources into native events and writes them. */
@Injectable()
export class MessagesService {
  private readonly ignored: IgnoredNames;
  private readonly traits = new Map<Source, TraitRules>();

  constructor(
    private readonly ingest: IngestService,
    private readonly arrivals: Arrivals,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.ignored = new IgnoredNames(settings.TRACKING_IGNORE);
  }

  /** Translates a message. Its times are checked against now. */
  translate(source: Source, message: Message): Translated {
    const canFetch = source.fetcher?.(this.settings) !== undefined;
    const now = this.clock.now();
    const { ignored } = this;
    return translate(source, message, { now, canFetch, ignored, traits: this.traitsOf(source) });
  }

  /**
   * Translates and writes messages. Resolves when they are committed, rejected ones as dead
   * letters.
   * @returns the outcome of each message, in their order
   * @throws ApiError `unavailable` when too much work waits; nothing is written then
   */
  async take(
    source: Source,
    messages: readonly Omit<Message, 'receivedAt'>[],
    sender: Sender,
  ): Promise<Translated['outcome'][]> {
    const receipts = await this.receipts(source, messages);
    const budget = new MentionBudget();
    const translated = messages.map((message, index) =>
      this.translate(source, { ...message, receivedAt: receipts[index]!, budget }),
    );
    const batch = {
      events: translated.flatMap(({ events }) => events),
      rejected: translated.flatMap(({ rejected }) => rejected),
      fetches: translated.flatMap(({ fetches }) => fetches ?? []),
    };
    const size = batch.events.length + batch.rejected.length + batch.fetches.length;
    const receivedAt = this.clock.now();
    if (size > 0) await this.ingest.write({ batch, receivedAt, sender }, size);
    for (const outcome of ['accepted', 'rejected', 'unused'] as const) {
      const these = translated.filter((one) => one.outcome === outcome);
      this.outcomes.record(outcome, these, sender);
    }
    for (const { dropped } of translated) this.outcomes.recordDropped(dropped, sender);
    return translated.map(({ outcome }) => outcome);
  }

  private traitsOf(source: Source): TraitRules {
    const rules = this.traits.get(source) ?? traitsOfSource(source, this.settings);
    this.traits.set(source, rules);
    return rules;
  }

  /** Times of first receipt, in the order of the messages, milliseconds since 1970. */
  private async receipts(
    source: Source,
    messages: readonly { id: string }[],
  ): Promise<readonly number[]> {
    if (source.isOrderedByArrival) return this.arrivals.firstReceipts(source.name, messages);
    const now = this.clock.now();
    return messages.map(() => now);
  }
}
