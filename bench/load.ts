import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { chartsAreCurrent } from '#libs/charts';
import type { NativeEvent } from '#libs/contracts';
import { BulkLoad, ExclusionsService, FactsService, IdStore } from '#libs/facts';
import { Database, migrate, packageRoot } from '#libs/database';
import { Instance, migrateQueues } from '#libs/platform';
import { startEmbedded, type EmbeddedDatabase } from '#libs/embedded-postgres';
import { Bar, say } from './progress.js';
import { eventsOf } from './reference/events.js';
import { NO_MEMBERSHIP } from './reference/memberships.js';
import { DAYS, EXCLUDED_DOMAIN, ReferenceData } from './reference/reference-data.js';
import { startService } from './processes.js';

const BATCH = 20_000;
const IDS_AT_ONCE = 50_000;
const POOL_SIZE = 4;
const LOOK_MS = 200;
const DERIVED_WITHIN_MS = 60 * 60_000;
const LOADED = 'loaded.txt';

/** The bench's own PostgreSQL with the reference data. */
export interface ReferenceStore {
  url: string;
  /** The folder for the data of this size and for files that belong to it. */
  folder: string;
  close: () => Promise<void>;
}

/**
 * Starts the store with the reference data of a size. Fills it if it is missing or was filled by another generator
 * or with other migrations.
 * @param fresh rebuild it in any case
 */
export async function openReference(users: number, fresh: boolean): Promise<ReferenceStore> {
  const folder = join(packageRoot, '.bench', String(users));
  const marker = join(folder, LOADED);
  const digest = digestOfData();
  const isThere = existsSync(marker) && readFileSync(marker, 'utf8') === digest;
  if (fresh || !isThere) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const store = await startEmbedded(folder);
  try {
    await prepare(store, users, fresh || !isThere);
    writeFileSync(marker, digest);
    return { url: store.url, folder, close: store.stop };
  } catch (error) {
    await store.stop();
    throw error;
  }
}

async function prepare({ url }: EmbeddedDatabase, users: number, isNew: boolean): Promise<void> {
  await migrate(url);
  await migrateQueues(url);
  if (!isNew) return;
  say(`Loading the reference data of ${users.toLocaleString('en')} users`);
  const database = new Database({ DATABASE_URL: url, DATABASE_POOL_SIZE: POOL_SIZE });
  try {
    const into = new BulkLoad(database, {});
    const data = new ReferenceData(users);
    await loadEvents(into, data);
    await exclude(database);
    await loadActivity(into, data);
  } finally {
    await database.onApplicationShutdown();
  }
  await derive(url);
  await settle(url);
}

/** Excludes the users of the operator's domain, as the API does. */
async function exclude(database: Database): Promise<void> {
  const facts = new FactsService(new IdStore(database), new Instance(database, {}));
  const rules = { email_domains: [EXCLUDED_DOMAIN], user_ids: [], org_ids: [] };
  await new ExclusionsService(database, facts).replace(rules);
}

async function loadActivity(into: BulkLoad, data: ReferenceData): Promise<void> {
  const keys = {
    users: await keysOf(
      data.users,
      (index) => data.user(index).id,
      (ids) => into.userKeys(ids),
    ),
    orgs: await keysOf(
      data.orgs,
      (index) => data.org(index).id,
      (ids) => into.orgKeys(ids),
    ),
    pairs: new Uint32Array(data.memberships),
  };
  const bar = new Bar('activity', 0.15 * data.users * DAYS, 'user-days');
  // The last day first: each user's last activity is then written once or twice, not daily.
  for (let day = DAYS - 1; day >= 0; day--) {
    const { users, seconds, named } = data.activeOn(day);
    await addPairs(into, data, named, keys);
    await into.activityByKey(
      users.map((user) => keys.users[user]!),
      seconds,
      named.map((membership) => keys.pairs[membership] ?? 0),
    );
    bar.add(users.length);
  }
}

async function loadEvents(into: BulkLoad, data: ReferenceData): Promise<void> {
  const bar = new Bar('events  ', data.users * 2.9, 'events');
  let batch: NativeEvent[] = [];
  // Two at a time: PostgreSQL writes one while the next one is built.
  let last: Promise<void> = Promise.resolve();
  const write = async (events: NativeEvent[], before: Promise<void>) => {
    await into.events(events);
    bar.add(events.length);
    await before;
  };
  for (const event of eventsOf(data)) {
    if (batch.push(event) < BATCH) continue;
    const before = last;
    last = write(batch, before);
    batch = [];
    await before;
  }
  await write(batch, last);
}

/** The store's keys of users or orgs, by index; creates keys for new ones. */
async function keysOf(
  size: number,
  idOf: (index: number) => string,
  read: (ids: readonly string[]) => Promise<Uint32Array>,
): Promise<Uint32Array> {
  const keys = new Uint32Array(size);
  for (let from = 0; from < size; from += IDS_AT_ONCE) {
    const count = Math.min(IDS_AT_ONCE, size - from);
    keys.set(await read(Array.from({ length: count }, (_, place) => idOf(from + place))), from);
  }
  return keys;
}

/** Adds the keys of the memberships that activity names for the first time. */
async function addPairs(
  into: BulkLoad,
  data: ReferenceData,
  named: Uint32Array,
  keys: Record<'users' | 'orgs' | 'pairs', Uint32Array>,
): Promise<void> {
  const isNew = (membership: number) =>
    membership !== NO_MEMBERSHIP && keys.pairs[membership] === 0;
  const added = named.filter(isNew);
  for (let from = 0; from < added.length; from += IDS_AT_ONCE) {
    const some = added.subarray(from, from + IDS_AT_ONCE);
    const pairs = Array.from(some, (membership) => {
      const { user, org } = data.pair(membership);
      return { user: keys.users[user]!, org: keys.orgs[org]! };
    });
    for (const [place, key] of (await into.pairKeys(pairs)).entries())
      keys.pairs[some[place]!] = key;
  }
}

/** Lets a worker derive the chart data. */
async function derive(databaseUrl: string): Promise<void> {
  say('  deriving org activity …');
  const worker = await startService('worker', databaseUrl);
  const giveUpAt = performance.now() + DERIVED_WITHIN_MS;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    while (!(await chartsAreCurrent(client))) {
      if (performance.now() > giveUpAt) throw new Error('Org activity was not derived in an hour.');
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    await client.end();
    await worker.close();
  }
}

/** Vacuums now; otherwise autovacuum would do it some minutes later, during a measurement. */
async function settle(databaseUrl: string): Promise<void> {
  say('  vacuum analyze …');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

/** A version that changes with the data and with its format in the store. */
function digestOfData(): string {
  const hash = createHash('sha256');
  const generator = fileURLToPath(new URL('./reference', import.meta.url));
  for (const folder of [generator, join(packageRoot, 'prisma', 'migrations')]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:js|sql)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}
