import { setTimeout as delay } from 'node:timers/promises';
import { OrgActivityService, chartsAreCurrent } from '#libs/charts';
import { Calendar, DAY_MS, type NativeEvent } from '#libs/contracts';
import { ActivityFold, BulkLoad } from '#libs/facts';
import { Database } from '#libs/database';
import { Metrics } from '#libs/platform';
import { cloneStore, type Clone } from '../clone.js';
import { closing } from '../closing.js';
import { cpuSeconds } from '../cpu.js';
import { LaterHours } from '../later-hours.js';
import { startService } from '../processes.js';
import { DAYS, LAST_DAY, ReferenceData } from '../reference/reference-data.js';
import type { Bench, Figure, Stage } from '../stage.js';
import { run } from './runs.js';

const DERIVATION = 'deriving an hour of changes for the charts';
const RUN = 'a later run of all rankings, after an hour';
const LOOK_MS = 200;
/** Late events of an hour with a million users. */
const LATE = { active: 250, steps: 10 };
/** Primes, as in `LaterHours`. */
const [USER_STRIDE, DAY_STRIDE] = [15_485_863, 7_919];

/**
 * The derivation of an hour's changes for the charts, next to a later run of the same store. Only the derivation is
 * measured: the activity log is folded before, as it always is within seconds.
 */
export const derivation: Stage = {
  name: 'derivation',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'derivation'));
      const { databaseUrl } = clone;
      const database = new Database({ DATABASE_URL: databaseUrl, DATABASE_POOL_SIZE: 3 });
      await open(Promise.resolve({ close: () => database.onApplicationShutdown() }));
      const store = new ChangingStore(database, bench.users);
      const derived = await measure(bench, async () => {
        await store.nextHour();
        return timed(clone, process.pid, () => store.derive());
      });
      // Only now: a worker derives too.
      const api = await open(startService('api', databaseUrl));
      const worker = await open(startService('worker', databaseUrl));
      await run(api, worker, 'everything');
      const runs = await measure(bench, async () => {
        await store.nextHour();
        await store.derive();
        return timed(clone, worker.pid, () => run(api, worker, 'changes'));
      });
      return figures(derived, runs);
    }),
};

interface Times {
  seconds: number;
  cpu: number;
}

function figures(derived: readonly Times[], runs: readonly Times[]): Figure[] {
  const figure = (what: string, times: readonly Times[], of: keyof Times): Figure => {
    return { what, unit: 's', better: 'lower', samples: times.map((time) => time[of]) };
  };
  const bounds = { must: 1, aim: 2 };
  return [
    { ...figure(DERIVATION, derived, 'seconds'), against: RUN, ...bounds },
    { ...figure(`${DERIVATION}, CPU`, derived, 'cpu'), against: `${RUN}, CPU`, ...bounds },
    figure(RUN, runs, 'seconds'),
    figure(`${RUN}, CPU`, runs, 'cpu'),
  ];
}

/** Repeats a measurement after a warm-up. */
async function measure(bench: Bench, once: () => Promise<Times>): Promise<Times[]> {
  const samples: Times[] = [];
  for (let round = 0; round <= bench.repeats; round++) {
    const times = await once();
    bench.progress(
      `round ${round}: ${times.seconds.toFixed(2)} s, ${times.cpu.toFixed(2)} s of CPU`,
    );
    if (round > 0) samples.push(times);
  }
  return samples;
}

/** Measures the time, and the CPU of a process and of PostgreSQL. */
async function timed(clone: Clone, pid: number, work: () => Promise<unknown>): Promise<Times> {
  const [startedAt, before] = [performance.now(), await cpuSeconds(clone, pid)];
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, cpu: (await cpuSeconds(clone, pid)) - before };
}

/** A store in which hours go by, each on a day of its own: all of its activity is new. */
class ChangingStore {
  private readonly hours: LaterHours;
  private readonly data: ReferenceData;
  private readonly load: BulkLoad;
  private readonly fold: ActivityFold;
  private readonly orgActivity: OrgActivityService;
  private hour = 0;

  constructor(
    private readonly database: Database,
    users: number,
  ) {
    const calendar = new Calendar();
    this.data = new ReferenceData(users);
    this.hours = new LaterHours(this.data);
    this.load = new BulkLoad(database, {});
    this.fold = new ActivityFold(database, calendar);
    this.orgActivity = new OrgActivityService(database, new Metrics(), calendar);
  }

  async nextHour(): Promise<void> {
    const before = this.hour++;
    const events = this.hours.next().map((event) => {
      // Activity is of the last day of the reference data, everything else of the day after it.
      const days = event.type === 'user.active' ? before + 1 : before;
      return { ...event, at: event.at + days * DAY_MS };
    });
    await this.load.events([...events, ...this.late()]);
    await this.fold.fold();
  }

  async derive(): Promise<void> {
    await this.orgActivity.refresh();
    // Another process may be deriving.
    while (!(await chartsAreCurrent(this.database.pool))) await delay(LOOK_MS);
  }

  /** Activity and additions of earlier days. */
  private late(): NativeEvent[] {
    const { users, memberships } = this.data;
    const of = (all: number) => Math.ceil((all * users) / 1_000_000);
    const events = (count: number, type: string, dataOf: (place: number) => object) =>
      Array.from({ length: count }, (_, index) => {
        const place = (this.hour * count + index) * USER_STRIDE;
        const at = LAST_DAY - (((this.hour + index) * DAY_STRIDE) % DAYS) * DAY_MS;
        const id = `late ${type} ${this.hour} ${index}`;
        return { type, id, source: 'later', at, data: dataOf(place) } as NativeEvent;
      });
    const user = (place: number) => this.data.user(place % users).id;
    return [
      ...events(of(LATE.active), 'user.active', (place) => ({ user_id: user(place) })),
      ...events(of(LATE.steps), 'user.added_to_org', (place) => {
        const { org } = this.data.membership(place % memberships);
        return { user_id: user(place + 1), org_id: this.data.org(org).id, role: 'Member' };
      }),
    ];
  }
}
