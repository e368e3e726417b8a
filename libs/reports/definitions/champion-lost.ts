import { matching } from '../engine/positions.js';
import { orgReport, type Extra } from './definition.js';

/** The user with the most active days in P(30) is a champion from this many days on. */
const MIN_DAYS = 5;

const EXTRAS: readonly Extra[] = [
  { name: 'champion_user_id', kind: 'user' },
  { name: 'num_active_days', kind: 'number' },
];

/** Orgs whose champion of P(30) is no member any more or did not make the org active in W(14). */
export const championLost = orgReport('fixed windows', EXTRAS, ({ champions }) => {
  const { users, days, stayed } = champions;
  const isListed = (position: number) => days[position]! >= MIN_DAYS && stayed[position] === 0;
  return {
    listed: matching(days.length, isListed),
    by: [[days, 'descending']],
    extras: [users, days],
  };
});
