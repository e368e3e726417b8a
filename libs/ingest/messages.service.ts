import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform';
import { IngestService } from './ingest.service.js';
import { Outcomes } from './outcomes.js';
import type { Source } from './sources/source.js';
import { translate, type Message, type Translated } from './translate.js';

/** Takes in messages of sources: each is translated into native events, which go the one way in. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly ingest: IngestService,
    private readonly outcomes: Outcomes,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns once everything usable of the messages, and each that is not as a dead letter, is committed.
   * @returns what became of each, in their order
   * @throws ApiError `unavailable` when too much waits; nothing was written then
   */
  async take(source: Source, messages: readonly Message[]): Promise<Translated['outcome'][]> {
    const now = this.clock.now();
    const translated = messages.map((message) => translate(source, message, now));
    const batch = {
      events: translated.flatMap(({ events }) => events),
      rejected: translated.flatMap(({ rejected }) => rejected),
    };
    const size = batch.events.length + batch.rejected.length;
    if (size > 0) await this.ingest.write(batch, now, size);
    for (const outcome of ['accepted', 'rejected', 'unused'] as const) {
      const these = translated.filter((one) => one.outcome === outcome);
      this.outcomes.tell(
        outcome,
        these.map(({ type }) => ({ source: source.name, type })),
      );
    }
    return translated.map(({ outcome }) => outcome);
  }
}
