import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { endsWithin } from '#libs/contracts';
import {
  Logger,
  describeError,
  migrateQueues,
  type Settings,
  checkInviteeHashKey,
} from '#libs/platform';
import { explainRefusal, isDatabaseAway, migrate, withConnection } from '#libs/database';
import { checkDistribution, createSearchIndexes, settleTimeZone, timeZoneOf } from '#libs/facts';
import { runningEmbedded, startEmbedded } from '#libs/embedded-postgres';

/** A usable database and the function that releases it. */
export interface Store {
  settings: Settings & { DATABASE_URL: string; DATABASE_DIRECT_URL: string };
  close: () => Promise<void>;
  /** Fulfilled when the embedded PostgreSQL is permanently gone; never for an external one. */
  ended?: Promise<void>;
}

const WAIT_MS = 60_000;
const RETRY_MS = 500;
/** While waiting for the database, one of this many attempts is logged. */
const ATTEMPTS_A_LINE = 20;

interface OpenOptions {
  shared?: boolean;
  isForFacts?: boolean;
  newZone?: string | undefined;
  isDistributing?: boolean;
}

/**
 * The database of the settings, migrated: `DATABASE_URL`, which may still be starting, else the
 * embedded PostgreSQL of the data folder.
 * @param shared may use an embedded PostgreSQL that another insightd process runs
 * @param isForFacts fixes the time zone of a new store
 * @param newZone the time zone of a new store without REPORT_TIME_ZONE, by default UTC
 * @param isDistributing accepts a store whose distribution is not complete
 */
export async function openStore(
  settings: Settings,
  { shared = false, isForFacts = false, newZone, isDistributing = false }: OpenOptions = {},
): Promise<Store> {
  const { DATABASE_URL: givenUrl, DATABASE_DIRECT_URL: givenDirect } = settings;
  const store =
    givenUrl === undefined
      ? await embedded(settings, shared)
      : external(settings, givenUrl, givenDirect);
  try {
    const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl } = store.settings;
    const logger = new Logger(settings);
    await answering('DATABASE_URL', url, logger);
    if (directUrl !== url) await answering('DATABASE_DIRECT_URL', directUrl, logger);
    await migrate(directUrl);
    if (!isDistributing) await checkDistribution(directUrl);
    await checkInviteeHashKey(directUrl, settings.INVITEE_HASH_KEY);
    if (settings.REDIS_URL === undefined) await migrateQueues(directUrl);
    const given = settings.REPORT_TIME_ZONE;
    const REPORT_TIME_ZONE = await timeZone(directUrl, given, isForFacts, newZone);
    return { ...store, settings: { ...store.settings, REPORT_TIME_ZONE } };
  } catch (error) {
    await store.close();
    throw explainRefusal(error);
  }
}

async function embedded(settings: Settings, shared: boolean): Promise<Store> {
  const folder = settings.INSIGHTD_DATA_DIR;
  const running = shared ? await runningEmbedded(folder) : undefined;
  if (running !== undefined) return external(settings, running, running);
  const { url, stop, ended } = await startEmbedded(folder);
  return { ...external(settings, url, url), close: stop, ended };
}

function external(settings: Settings, url: string, directUrl = url): Store {
  return {
    settings: { ...settings, DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl },
    close: () => Promise.resolve(),
  };
}

/** A start waits this long for the indexes of the search; they are then completed in the background. */
const INDEXES_WITHIN_MS = 5_000;

/** Creates the missing indexes of the search. A failure is logged: searches then read all rows. */
export async function completeSearch(
  store: Store,
  { isAwaited }: { isAwaited: boolean },
): Promise<void> {
  const logger = new Logger(store.settings);
  const creation = createSearchIndexes(store.settings.DATABASE_DIRECT_URL)
    .then((created) => {
      if (created?.length)
        logger.info('the indexes of the search were created', { indexes: created.join(' ') });
    })
    .catch((error: unknown) =>
      logger.warn('the indexes of the search were not created', describeError(error)),
    );
  await (isAwaited ? creation : endsWithin(INDEXES_WITHIN_MS, creation));
}

/** The time zone of the store's days. @throws Error when the setting names another zone */
function timeZone(
  url: string,
  given: string | undefined,
  isForFacts: boolean,
  newZone: string | undefined,
): Promise<string> {
  return withConnection({ connectionString: url }, WAIT_MS, (client) =>
    isForFacts ? settleTimeZone(client, given, newZone) : timeZoneOf(client, given),
  );
}

/** @throws Error when the database does not answer within a minute, or refuses the connection */
async function answering(setting: string, url: string, logger: Logger): Promise<void> {
  const giveUpAt = performance.now() + WAIT_MS;
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (cause) {
      if (!isDatabaseAway(cause)) throw new Error(`${setting} cannot be used.`, { cause });
      if (performance.now() > giveUpAt) {
        throw new Error(`The database of ${setting} did not answer for a minute.`, { cause });
      }
      if (attempt % ATTEMPTS_A_LINE === 1) {
        const host = new URL(url).host;
        const fields = { setting, host, ...describeError(cause) };
        logger.warn('the database does not answer yet: trying again for a minute', fields);
      }
      await delay(RETRY_MS);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
