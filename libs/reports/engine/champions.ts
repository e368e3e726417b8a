/** The fields of a champion: the user's key, and the days with a bit for having stayed. */
export const CHAMPION_FIELDS = 2;

/**
 * Makes a user the champion of an org when the user has more days than the champion so far, or as many and the lower
 * id.
 * @param first the index of the champion's fields
 * @param ranks by user key, the number of ids that sort before the user's
 * @param days at least 1
 * @param hasStayed 1 or 0
 */
export function rankChampion(
  rows: Uint32Array,
  first: number,
  ranks: Uint32Array,
  user: number,
  days: number,
  hasStayed: number,
): void {
  const most = rows[first + 1]! >>> 1;
  if (days < most || (days === most && ranks[user]! > ranks[rows[first]!]!)) return;
  rows[first] = user;
  rows[first + 1] = (days << 1) | hasStayed;
}

/** The number of a champion's days; 0 for none. @param state the second field */
export function daysOfChampion(state: number): number {
  return state >>> 1;
}

/** Whether a champion has stayed: 1 or 0. @param state the second field */
export function hasChampionStayed(state: number): number {
  return state & 1;
}
