import { setTimeout as delay } from 'node:timers/promises';
import type { Chart } from '#libs/contracts';
import type { Clone } from './clone.js';
import type { Service } from './processes.js';
import { askJson } from './requests.js';

const VISIBLE_WITHIN_MS = 60_000;
const LOOK_MS = 250;

interface ActiveEvent {
  type: string;
  time: string;
  data: { user_id: string };
}

const EXCLUDED = `
  select user_id as id from user_ids join excluded_users x on x.block = id >> 12
  where get_bit(x.bits, id & 4095) = 1`;

/** The acknowledged user-days of users who are not excluded, to compare with the store. */
export class SentActivity {
  private readonly usersByDay = new Map<string, Set<string>>();

  private constructor(private readonly excluded: ReadonlySet<string>) {}

  /** @param clone the store that the activity is sent to */
  static async to(clone: Clone): Promise<SentActivity> {
    const excluded = await clone.query<{ id: string }>(EXCLUDED);
    return new SentActivity(new Set(excluded.map(({ id }) => id)));
  }

  /** Deletes the activity of today and yesterday from a copy of the store: later activity was sent. */
  static async forgetLately(clone: Clone): Promise<void> {
    for (const table of ['activity', 'named_activity'])
      await clone.query(`delete from ${table} where day >= (now() at time zone 'UTC')::date - 1`);
  }

  /** Adds the activity of the bodies that were answered with 200. */
  add(bodies: readonly Buffer[], accepted: Iterable<number>): void {
    for (const place of accepted) {
      const parsed = JSON.parse(bodies[place]!.toString('utf8')) as ActiveEvent | ActiveEvent[];
      for (const { type, time, data } of Array.isArray(parsed) ? parsed : [parsed]) {
        // A user counts as active on the day of the creation.
        if (type !== 'user.active' && type !== 'user.created') continue;
        if (this.excluded.has(data.user_id)) continue;
        const day = time.slice(0, 10);
        const users = this.usersByDay.get(day) ?? new Set();
        this.usersByDay.set(day, users.add(data.user_id));
      }
    }
  }

  /** @throws Error unless the chart shows exactly the sent users within a minute */
  async isVisible(api: Service): Promise<void> {
    for (const [day, { size }] of this.usersByDay) {
      const giveUpAt = performance.now() + VISIBLE_WITHIN_MS;
      for (let shown = await activeOn(api, day); shown !== size; shown = await activeOn(api, day)) {
        if (performance.now() > giveUpAt) {
          throw new Error(`Of ${day}, ${size} active users were accepted and ${shown} are shown.`);
        }
        await delay(LOOK_MS);
      }
    }
  }
}

async function activeOn(api: Service, day: string): Promise<number> {
  const path = '/api/backend/v1/chart_metric/active_users?cadence=Daily';
  const chart = await askJson<Chart>(api, `${path}&start_date=${day}&end_date=${day}`);
  return chart.metrics[0]!.result;
}
