import { FIRST_DAY, type Calendar } from './calendar.js';
import type { Random } from './random.js';

/** Days without activity, from `from` to before `to`, counted from today. */
export interface Absence {
  from: number;
  to: number;
}

export function isAway(absences: readonly Absence[], day: number): boolean {
  return absences.some((absence) => day >= absence.from && day < absence.to);
}

/** Absent for the whole previous week (days -13 to -7), back within the current one. */
export function aWeekAway(calendar: Calendar, random: Random): Absence {
  return { from: -13 - random.below(8), to: calendar.drawDay(random, -6, -1) };
}

/** Absent for the whole previous 30 days (days -59 to -30), back within the current 30. */
export function aMonthAway(calendar: Calendar, random: Random): Absence {
  return { from: -59 - random.below(15), to: calendar.drawDay(random, -29, -2) };
}

/** A week or two in each half year. */
export function drawVacations(random: Random): Absence[] {
  const vacations: Absence[] = [];
  for (let half = FIRST_DAY; half < 0; half += 180) {
    const from = half + random.below(170);
    vacations.push({ from, to: from + random.between(5, 15) });
  }
  return vacations;
}
