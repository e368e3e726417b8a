import { Calendar, DAY_MS, type NativeEvent } from '#libs/contracts';
import { BulkLoad } from '#libs/facts';
import { Database } from '#libs/database';
import { emptyStore, type Clone } from './clone.js';
import { randomFrom } from './event-bodies.js';
import type { Bench } from './stage.js';

const USERS = 20_000;
/** More days than the hourly reports cover. */
const DAYS = 100;
const ACTIVE_SHARE = 0.15;
const EVENTS_AT_ONCE = 10_000;

/** A small store with users and active days: a run is so fast that hundreds can be made. */
export async function openSmallStore(bench: Bench, name: string): Promise<Clone> {
  const store = await emptyStore(bench, name);
  const database = new Database({ DATABASE_URL: store.databaseUrl, DATABASE_POOL_SIZE: 3 });
  try {
    await fill(new BulkLoad(database, {}));
    await store.query('vacuum analyze');
    return store;
  } catch (error) {
    await store.close();
    throw error;
  } finally {
    await database.onApplicationShutdown();
  }
}

async function fill(load: BulkLoad): Promise<void> {
  const today = new Calendar().dayOf(Date.now());
  const createdAt = today - DAYS * DAY_MS;
  const ids = Array.from({ length: USERS }, (_, index) => `user-${index}`);
  const created = ids.map((id) => creation(id, createdAt));
  for (let from = 0; from < USERS; from += EVENTS_AT_ONCE) {
    await load.events(created.slice(from, from + EVENTS_AT_ONCE));
  }
  const keys = await load.userKeys(ids);
  const random = randomFrom(1);
  for (let day = today - DAYS * DAY_MS; day < today; day += DAY_MS) {
    const active = keys.filter(() => random() < ACTIVE_SHARE);
    await load.activityByKey(active, new Uint32Array(active.length).fill(day / 1000));
  }
}

function creation(userId: string, at: number): NativeEvent {
  const data = { user_id: userId, email: `${userId}@example.com`, created_at: undefined };
  return { type: 'user.created', id: userId, source: 'bench', at, data };
}
