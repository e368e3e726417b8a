import { sameZone, type Calendar } from '#libs/contracts';
import type { Queryable } from '#libs/database';

const READ = 'select time_zone as zone from store_calendar';
const SET = 'insert into store_calendar (time_zone) values ($1) on conflict do nothing';

/**
 * The time zone of the store's days.
 * @param given REPORT_TIME_ZONE; when undefined, the store's own, UTC in a new store
 * @throws Error when the store has days in another zone
 */
export async function timeZoneOf(db: Queryable, given: string | undefined): Promise<string> {
  const zone = (await storeZone(db)) ?? given ?? 'UTC';
  if (given !== undefined && !sameZone(given, zone)) throw new Error(otherZone(zone, given));
  return zone;
}

/**
 * `timeZoneOf`. Writes the zone into a new store, before any fact.
 * @param otherwise the zone of a new store when none is given
 */
export async function settleTimeZone(
  db: Queryable,
  given: string | undefined,
  otherwise = 'UTC',
): Promise<string> {
  if ((await storeZone(db)) === undefined) await db.query(SET, [given ?? otherwise]);
  return timeZoneOf(db, given);
}

/**
 * Checks that the store has days in the zone of this process. Another store may have taken its place.
 * @throws Error
 */
export async function expectCalendar(db: Queryable, { zone }: Calendar): Promise<void> {
  const stored = (await storeZone(db)) ?? 'UTC';
  if (!sameZone(stored, zone)) throw new Error(`${otherZone(stored, zone)} Restart this process.`);
}

async function storeZone(db: Queryable): Promise<string | undefined> {
  return (await db.query<{ zone: string }>(READ)).rows[0]?.zone;
}

function otherZone(stored: string, given: string): string {
  return (
    `This store has its days in ${stored}, and REPORT_TIME_ZONE is ${given}. Activity is stored by day, so the zone ` +
    `cannot change: set REPORT_TIME_ZONE to ${stored} or leave it out, or use an empty database.`
  );
}
