import type { CountedUser } from '#libs/contracts';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { weekday } from '../../labels/calendar.js';
import { addDays, formatCount, formatDay, formatMonth, formatNumber } from '../../labels/format.js';

const CELL = 13;
const SIZE = 10.5;
const TOP = 16;

/** A year of days, one column per week, with active days filled; and a table by month. */
export function Calendar({ activity: { from, to, days } }: Pick<CountedUser, 'activity'>) {
  const active = new Set(days);
  const all = daysBetween(from, to);
  const offset = weekday(from);
  const at = (index: number) => ({
    x: Math.floor((index + offset) / 7) * CELL,
    y: TOP + ((index + offset) % 7) * CELL,
  });
  const width = at(all.length - 1).x + CELL;
  const box = useRef<HTMLDivElement>(null);
  // If a year does not fit, show its end.
  useLayoutEffect(() => box.current?.scrollTo({ left: width }), []);
  return (
    <>
      <div
        ref={box}
        class="scroll calendar"
        tabIndex={0}
        role="region"
        aria-label="Days of the last year"
      >
        <svg
          viewBox={`0 0 ${width} ${TOP + 7 * CELL}`}
          role="img"
          aria-label={`Active on ${formatCount(days.length, 'day')} from ${formatDay(from)} to ${formatDay(to)}`}
        >
          {all.map((day, index) => (
            <rect
              key={day}
              {...at(index)}
              width={SIZE}
              height={SIZE}
              rx="2.5"
              class={active.has(day) ? 'active' : 'idle'}
            >
              <title>{`${formatDay(day)}${active.has(day) ? ': active' : ''}`}</title>
            </rect>
          ))}
          {all.map((day, index) =>
            // The last weeks have no room for the name of a month.
            day.endsWith('-01') && at(index).x < width - 30 ? (
              <text key={day} x={at(index).x} y="11">
                {formatMonth(day).replace(/[\s,]*\d{4}\D*/, '')}
              </text>
            ) : null,
          )}
        </svg>
      </div>
      <table class="unseen">
        <caption>Active days by month</caption>
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Active days</th>
          </tr>
        </thead>
        <tbody>
          {byMonth(days).map(([month, count]) => (
            <tr key={month}>
              <th scope="row">{formatMonth(`${month}-01`)}</th>
              <td>{formatNumber(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

function byMonth(days: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const day of days) counts.set(day.slice(0, 7), (counts.get(day.slice(0, 7)) ?? 0) + 1);
  return [...counts];
}
