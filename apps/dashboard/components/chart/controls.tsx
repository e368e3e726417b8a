import type { Cadence } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { Choices } from '../choices.js';
import { changed, navigate, type Place } from '../../routing/location.js';
import { periodStart, type Range } from './periods.js';

const DAY = /^\d{4}-\d\d-\d\d$/;
const CADENCES: Record<Cadence, string> = { Daily: 'Daily', Weekly: 'Weekly', Monthly: 'Monthly' };

/** The ranges to choose from; days in whole weeks, so that each weekday is compared with the same weekday. */
const COUNTS: Record<Cadence, readonly number[]> = {
  Daily: [28, 91, 182],
  Weekly: [13, 26, 52],
  Monthly: [6, 12, 24],
};
const UNITS: Record<Cadence, string> = { Daily: 'days', Weekly: 'weeks', Monthly: 'months' };

export interface ChartView {
  range: Range;
  /** The number of periods up to today; undefined for a custom range. */
  count?: number | undefined;
  compares: boolean;
  asTable: boolean;
}

/**
 * The chart options in an address; invalid values are ignored.
 * @param usual the index of the range that is shown when the address names none
 */
export function chartView({ query }: Place, today: string, usual = 1): ChartView {
  const named = query.get('cadence') ?? '';
  const cadence: Cadence = Object.hasOwn(CADENCES, named) ? (named as Cadence) : 'Weekly';
  const rest = { compares: query.get('compare') !== 'no', asTable: query.get('as') === 'table' };
  const [from, to] = ['from', 'to'].map((name) => query.get(name) ?? '');
  if (isDay(from!) && isDay(to!) && from! <= to!) {
    return { range: { cadence, from: from!, to: to! }, ...rest };
  }
  const wanted = Number(query.get('last'));
  const counts = COUNTS[cadence];
  const count = counts.includes(wanted) ? wanted : counts[usual]!;
  const start = periodStart(cadence, today, 1 - count);
  return { range: { cadence, from: start, to: today }, count, ...rest };
}

const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));

interface Props {
  place: Place;
  view: ChartView;
  today: string;
  children?: ComponentChildren;
}

/** The periods and the range of charts. @param children further options */
export function ChartControls({ place, view: { range, count }, today, children }: Props) {
  const go = (changes: Record<string, string | undefined>) => navigate(changed(place, changes));
  const ownDays = { from: undefined, to: undefined };
  return (
    <div class="bar controls">
      <Choices
        label="Periods"
        choices={Object.entries(CADENCES).map(([cadence, name]) => ({
          name,
          href: changed(place, { cadence, last: undefined }),
          current: cadence === range.cadence,
        }))}
      />
      <Choices
        label="Range"
        choices={COUNTS[range.cadence].map((each) => ({
          name: `${each} ${UNITS[range.cadence]}`,
          href: changed(place, { last: each, ...ownDays }),
          current: each === count,
        }))}
      />
      <DayField
        label="from"
        value={range.from}
        max={range.to}
        onDay={(from) => go({ from, to: range.to, last: undefined })}
      />
      <DayField
        label="to"
        value={range.to}
        max={today}
        onDay={(to) => go({ from: range.from < to ? range.from : to, to, last: undefined })}
      />
      {children}
    </div>
  );
}

/** Whether charts are compared with the previous period, and shown as tables. */
export function ChartOptions({
  place,
  view: { compares, asTable },
}: Pick<Props, 'place' | 'view'>) {
  const go = (changes: Record<string, string | undefined>) => navigate(changed(place, changes));
  return (
    <>
      <label class="field">
        <input
          type="checkbox"
          checked={compares}
          onChange={() => go({ compare: compares ? 'no' : undefined })}
        />
        Compare with previous period
      </label>
      <label class="field push">
        <input
          type="checkbox"
          checked={asTable}
          onChange={() => go({ as: asTable ? undefined : 'table' })}
        />
        As tables
      </label>
    </>
  );
}

interface DayFieldProps {
  label: string;
  value: string;
  max: string;
  onDay: (day: string) => void;
}

function DayField({ label, value, max, onDay }: DayFieldProps) {
  return (
    <label class="field">
      {label}
      <input
        type="date"
        value={value}
        max={max}
        onChange={({ currentTarget }) => isDay(currentTarget.value) && onDay(currentTarget.value)}
      />
    </label>
  );
}
