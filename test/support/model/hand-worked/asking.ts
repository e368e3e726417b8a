import { Model, type OrgRow, type UserRow, type WireEvent } from '../model.js';
import { second } from './telling.js';

/**
 * The T of most cases is the end of Tuesday 2026-03-31. By hand: W(7) is 03-25 … 03-31, P(7)
 * 03-18 … 03-24, W(14) begins 03-18, W(30) is 03-02 … 03-31, P(30) 01-31 … 03-01, W(60) begins
 * 01-31 and W(90) 01-01.
 */
export const T = second('2026-03-31 23:59:59');

/** Before every window of T. */
export const LONG_AGO = '2025-06-01';

export function users(events: WireEvent[], report: string, interval: string, at = T): UserRow[] {
  return new Model(events).report('user', report, interval, at).rows as UserRow[];
}

export function orgs(events: WireEvent[], report: string, interval: string, at = T): OrgRow[] {
  return new Model(events).report('org', report, interval, at).rows as OrgRow[];
}

export function ids(rows: (UserRow | OrgRow)[]): string[] {
  return rows.map((row) => ('user_id' in row ? row.user_id : row.org_id));
}
