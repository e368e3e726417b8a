import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { aHistory, dayBefore, expectTheModelsAnswers, renamed } from '../../support/agreement.js';
import { waitFor, type Reply } from '../../support/api.js';
import { describeWithNode, distributedDatabase, nodeIs } from '../../support/citus.js';
import type { WireEvent } from '../../support/model/model.js';
import { NEVER } from '../../support/runs.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(900_000);

const STOPS = Number(process.env['CITUS_STOPS'] ?? 2);
const WRITERS = 4;
const READERS = 2;
const BATCH = 20;
const RETRY_MS = 100;
/** A stopped node is found at the next query of it; a started one at the next check. */
const WITHIN_MS = 120_000;

describeWithNode('a node that is killed under load', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({
      ...{ REPORT_CRON: NEVER, DATABASE_URL: await distributedDatabase() },
    });
  });
  afterAll(() => service.close());

  const sent: WireEvent[] = [];

  test.each(Array.from({ length: STOPS }, (_, index) => index + 1))(
    'costs 503s with Retry-After, and neither an event nor a run (kill %i)',
    async (kill) => {
      const load = new NodeLoad(service, historyOf(kill));
      sent.push(...load.history);
      const writing = load.write();
      const reading = load.read();
      await waitFor(() => load.accepted > 10, WITHIN_MS);
      await nodeIs('stopped');
      await waitFor(async () => (await ready(service)) === 503, WITHIN_MS);
      await waitFor(() => load.refused.write >= WRITERS && load.refused.read > 0, WITHIN_MS);
      // Accepted by the coordinator; they wait for the node.
      const runs = [await service.api.requestRun(dayBefore(1)), await service.api.requestRun()];
      await nodeIs('started');
      await waitFor(async () => (await ready(service)) === 200, WITHIN_MS);
      await writing;
      load.end();
      await reading;
      for (const run of runs)
        expect((await service.api.runEnded(run, WITHIN_MS)).state).toBe('completed');
      process.stderr.write(`kill ${kill}: ${JSON.stringify(load.replies)}\n`);
      expect(load.wrong).toEqual([]);
      await expectTheModelsAnswers([service.api], service.databaseUrl, sent);
    },
  );
});

const ready = async ({ api }: TestService): Promise<number> =>
  (await api.get('/health/ready')).status;

/** Some copies of one random history, each with ids of its own. */
const historyOf = (kill: number): WireEvent[] =>
  Array.from({ length: 24 }, (_, copy) =>
    aHistory(100).map((event) => renamed(event, `${kill}.${copy}~`)),
  ).flat();

/** Writers that send every event until it is accepted, and readers of each kind of page. */
class NodeLoad {
  accepted = 0;
  readonly refused = { write: 0, read: 0 };
  /** How many replies had each status. */
  readonly replies = { write: {} as Record<number, number>, read: {} as Record<number, number> };
  /** Replies that are neither right nor a 503 with Retry-After. */
  readonly wrong: string[] = [];
  private goesOn = true;

  constructor(
    private readonly service: TestService,
    readonly history: readonly WireEvent[],
  ) {}

  /** @returns when every event is accepted */
  async write(): Promise<void> {
    const batches: WireEvent[][] = [];
    for (let at = 0; at < this.history.length; at += BATCH)
      batches.push(this.history.slice(at, at + BATCH));
    const writer = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        while (!this.note('write', await this.service.api.post(EVENTS, batch)))
          await delay(RETRY_MS);
        this.accepted++;
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  }

  /** @returns after `end` */
  async read(): Promise<void> {
    const userId = String(this.history.find(({ data }) => data['user_id'])!.data['user_id']);
    const paths = [
      `users/${encodeURIComponent(userId)}`,
      `users?search=${encodeURIComponent(userId)}`,
      'users?page_size=10',
      'charts/frequency?subject=user',
    ].map((path) => `/api/insights/v1/${path}`);
    paths.push(
      '/api/backend/v1/chart_metrics/active_users?cadence=Weekly',
      '/api/backend/v1/chart_metrics/signups?cadence=Monthly',
      '/api/backend/v1/user_report/champion?report_interval=30&page_size=10',
    );
    const reader = async () => {
      for (let index = 0; this.goesOn; index++)
        this.note('read', await this.service.api.get(paths[index % paths.length]!));
    };
    await Promise.all(Array.from({ length: READERS }, reader));
  }

  end(): void {
    this.goesOn = false;
  }

  /** @returns whether the reply is right */
  private note(kind: 'write' | 'read', { status, headers, body }: Reply): boolean {
    this.replies[kind][status] = (this.replies[kind][status] ?? 0) + 1;
    // A page may be missing before the first run, and a user before its first event.
    if (status === 200 || (kind === 'read' && status === 404)) return true;
    this.refused[kind]++;
    if (status !== 503 || headers.get('retry-after') === null)
      this.wrong.push(`${kind}: ${status} ${JSON.stringify(body)}`);
    return false;
  }
}

const EVENTS = '/api/ingest/v1/events';
