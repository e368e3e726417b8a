import { DAY_MS } from '#libs/contracts';
import { loadActivity } from '#libs/facts';
import type { Connection } from '#libs/platform';
import { ActivityMasks, MASK_DAYS } from './activity-masks.js';

/** The activity of the 90 days up to `day`, counted from 1970, by key. @param size one more than the highest */
export async function loadMasks(db: Connection, day: number, size: number): Promise<ActivityMasks> {
  const range = { from: (day - MASK_DAYS + 1) * DAY_MS, before: (day + 1) * DAY_MS };
  return ActivityMasks.of(await loadActivity(db, range, size));
}
