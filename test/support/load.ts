import { setTimeout as delay } from 'node:timers/promises';
import type { Api, IngestReply, Reply } from './api.js';

const EVENTS = '/api/ingest/v1/events';
const ORG = 'load';
const PEOPLE_IN_A_BATCH = 20;
/** The pause of a writer after a refusal: refused batches are sent again, and a service may be down for long. */
const REFUSED_MS = 100;

/** The outcome of sending a batch; `status` is undefined when no reply came. */
export interface Attempt {
  batch: number;
  status?: number;
  retryAfter?: string | null;
}

/**
 * A load of numbered batches. Each has users who sign up, join the org and leave it. Events have no time, so an event
 * that is accepted twice counts as a further addition or removal.
 */
export class Load {
  readonly attempts: Attempt[] = [];
  private next = 0;
  private goesOn = true;

  /** @param api returns the receiver of the events, called for each batch */
  constructor(private readonly api: () => Api) {}

  /** The numbers of the batches that were answered with 200. */
  get answered(): Set<number> {
    return new Set(this.attempts.filter(({ status }) => status === 200).map(({ batch }) => batch));
  }

  /** Sends batch after batch with several concurrent writers. @returns a promise that all have stopped */
  start(writers: number): () => Promise<void> {
    const running = Array.from({ length: writers }, () => this.write());
    return async () => {
      this.goesOn = false;
      await Promise.all(running);
    };
  }

  /** Sends every batch again. @throws Error unless each is accepted completely */
  async sendAllAgain(): Promise<void> {
    await this.api().ingest([{ id: 'org', type: 'org.created', data: { org_id: ORG, name: ORG } }]);
    for (let batch = 0; batch < this.next; batch++) await this.api().ingest(eventsOf(batch));
  }

  /** The users of the answered batches. */
  answeredPeople(): string[] {
    return [...this.answered].flatMap(peopleOf);
  }

  /** The expected reports and charts if every batch counts once. */
  get totals(): Totals {
    const people = this.next * PEOPLE_IN_A_BATCH;
    return { people, signups: people, added: people, removed: people };
  }

  private async write(): Promise<void> {
    while (this.goesOn) {
      const batch = this.next++;
      const reply = await this.send(batch).catch(() => undefined);
      const retryAfter = reply?.headers.get('retry-after');
      this.attempts.push({ batch, status: reply?.status, retryAfter });
      if (reply?.status !== 200) await delay(REFUSED_MS);
    }
  }

  private send(batch: number): Promise<Reply<IngestReply>> {
    return this.api().post<IngestReply>(EVENTS, eventsOf(batch));
  }
}

export interface Totals {
  people: number;
  signups: number;
  added: number;
  removed: number;
}

/** The reports and charts of a load in a run of now. */
export async function totalsOf(api: Api): Promise<Totals> {
  const { row_counts: counts } = await api.run();
  const { rows } = await api.ranking('org', 'attrition', '30');
  const extra = rows[0]?.['extra_properties'] as Record<string, number> | undefined;
  const chart = await api.get<{ metrics: { result: number }[] }>(
    '/api/backend/v1/chart_metrics/signups',
  );
  return {
    people: counts!['user/champion/30']!,
    signups: chart.body.metrics.reduce((sum, { result }) => sum + result, 0),
    added: extra?.['num_users_added'] ?? 0,
    removed: extra?.['num_users_removed'] ?? 0,
  };
}

/** All users in the report of a run of now. */
export async function peopleIn(api: Api): Promise<Set<string>> {
  await api.run();
  const { rows } = await api.ranking('user', 'champion', '30');
  return new Set(rows.map((row) => row['user_id'] as string));
}

function peopleOf(batch: number): string[] {
  return Array.from({ length: PEOPLE_IN_A_BATCH }, (_, index) => `person ${batch}.${index}`);
}

function eventsOf(batch: number): object[] {
  return peopleOf(batch).flatMap((id) => {
    const event = (order: number, type: string, data: object) => {
      return { id: `${id} ${order}`, source: 'load', type, data: { user_id: id, ...data } };
    };
    return [
      event(1, 'user.created', { email: 'someone@example.com' }),
      event(2, 'user.added_to_org', { org_id: ORG }),
      event(3, 'user.removed_from_org', { org_id: ORG }),
    ];
  });
}
