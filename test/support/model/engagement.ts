import { activityOfSubjects, periodAround, periods, type Cadence } from './charts.js';
import type { TimedEvent } from './events.js';
import { createdAt, createdIds, isIn, type Days, type Subject } from './facts.js';
import { dayFromText, dayOf, dayText } from './time.js';

/** Days as `YYYY-MM-DD`; start not after end. */
export interface ChartDays {
  start: string;
  end: string;
  today: string;
}

/** The known facts of the subjects that a chart counts. */
export interface Counted {
  known: readonly TimedEvent[];
  subject: Subject;
  /** "all take `where`": the subjects that match now. */
  isCounted: (id: string) => boolean;
}

/** Every counted subject with its active days, ascending. */
function active({ known, subject, isCounted }: Counted) {
  return activityOfSubjects(known, subject).filter(([id]) => isCounted(id));
}

/** A_p: "the set of subjects active in period p". */
function activeIn(counted: Counted, period: Days): Set<string> {
  const found = active(counted).filter(([, days]) => days.some((day) => isIn(period, day)));
  return new Set(found.map(([id]) => id));
}

/** "for each day d, the number of subjects active on a day of d−n+1 … d". */
export function rolling(counted: Counted, n: number, { start, end }: ChartDays) {
  return periods('Daily', dayFromText(start), dayFromText(end)).map(({ first: day }) => ({
    date: dayText(day),
    value: activeIn(counted, { first: day - n + 1, last: day }).size,
  }));
}

/** "rolling₁ and rolling₃₀ of each day, and their ratio, null when rolling₃₀ is 0". */
export function stickiness(counted: Counted, range: ChartDays) {
  const monthly = rolling(counted, 30, range);
  return rolling(counted, 1, range).map(({ date, value: daily }, index) => {
    const most = monthly[index]!.value;
    return { date, daily, monthly: most, ratio: most === 0 ? null : daily / most };
  });
}

/** "for k = 1 … 30, the number of subjects active on exactly k of the 30 days up to today". */
export function frequency(counted: Counted, today: string): number[] {
  const last = dayFromText(today);
  const counts = active(counted).map(
    ([, days]) => days.filter((day) => isIn({ first: last - 29, last }, day)).length,
  );
  return Array.from({ length: 30 }, (_, k) => counts.filter((count) => count === k + 1).length);
}

/** The members of one set that are not in another. */
const minus = (a: Set<string>, b: Set<string>) => [...a].filter((id) => !b.has(id));

/** The growth of the active subjects, per period. */
export function lifecycle(counted: Counted, cadence: Cadence, range: ChartDays) {
  const firstDays = new Map(active(counted).map(([id, days]) => [id, days[0]!]));
  const touched = periods(cadence, dayFromText(range.start), dayFromText(range.end));
  return touched.map((period) => {
    const [now, before] = [
      activeIn(counted, period),
      activeIn(counted, periodAround(cadence, period.first - 1)),
    ];
    const arrived = minus(now, before);
    // "subjects of A_p ∖ A_{p−1} whose first active day ever is in p"
    const fresh = arrived.filter((id) => isIn(period, firstDays.get(id)!));
    return {
      date: dayText(period.first),
      active: now.size,
      new: fresh.length,
      returning: [...now].filter((id) => before.has(id)).length,
      resurrected: arrived.length - fresh.length,
      dormant: minus(before, now).length,
      cadence_completed: period.last < dayFromText(range.today),
    };
  });
}

/** "cell k (0 … 12) = how many of them were active in period p+k". */
const LAST_CELL = 12;

/** "cohort p = subjects created in period p"; ids known only by mention were never created. */
export function retention(counted: Counted, cadence: Cadence, range: ChartDays) {
  const { known, subject, isCounted } = counted;
  const today = dayFromText(range.today);
  const touched = periods(cadence, dayFromText(range.start), dayFromText(range.end));
  return touched.map((period) => {
    const cohort = createdIds(known, subject).filter(
      (id) => isCounted(id) && isIn(period, dayOf(createdAt(known, subject, id))),
    );
    const cells = [];
    let cell = period;
    // "cells after today's period are absent, and a cohort after today has none"
    while (cells.length <= LAST_CELL && cell.first <= today) {
      const found = activeIn(counted, cell);
      cells.push({
        period: dayText(cell.first),
        active: cohort.filter((id) => found.has(id)).length,
        complete: cell.last < today,
      });
      cell = periodAround(cadence, cell.last + 1);
    }
    return { date: dayText(period.first), size: cohort.length, cells };
  });
}

/** The members of each part of the period around a day. */
export function lifecycleMembers(counted: Counted, cadence: Cadence, day: number) {
  const period = periodAround(cadence, day);
  const now = activeIn(counted, period);
  const before = activeIn(counted, periodAround(cadence, period.first - 1));
  const firstDays = new Map(active(counted).map(([id, days]) => [id, days[0]!]));
  const isFirst = (id: string) => isIn(period, firstDays.get(id)!);
  const arrived = minus(now, before);
  return {
    active: [...now],
    returning: [...now].filter((id) => before.has(id)),
    new: arrived.filter(isFirst),
    resurrected: arrived.filter((id) => !isFirst(id)),
    dormant: minus(before, now),
  };
}

/** The cohort of the period around a day, and its members that are active in the period around another day. */
export function cohortMembers(counted: Counted, cadence: Cadence, day: number, cell: number) {
  const { known, subject, isCounted } = counted;
  const period = periodAround(cadence, day);
  const cohort = createdIds(known, subject).filter(
    (id) => isCounted(id) && isIn(period, dayOf(createdAt(known, subject, id))),
  );
  const found = activeIn(counted, periodAround(cadence, cell));
  return {
    cohort,
    active: cohort.filter((id) => found.has(id)),
    inactive: cohort.filter((id) => !found.has(id)),
  };
}
