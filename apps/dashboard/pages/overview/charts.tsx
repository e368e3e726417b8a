import type { Cadence, Chart as ChartReply, ChartMetric, Subject } from '#libs/contracts';
import { useMemo } from 'preact/hooks';
import { useResource } from '../../api/resource.js';
import { Chart } from '../../components/chart/chart.js';
import { ChartControls, ChartOptions, chartView } from '../../components/chart/controls.js';
import { chartPath, isComparable, pointsOf, type Range } from '../../components/chart/periods.js';
import type { Point } from '../../components/chart/points.js';
import { ChartTable } from '../../components/chart/table.js';
import { Delta } from '../../components/delta.js';
import { FilterBar } from '../../components/filter/bar.js';
import { Shown } from '../../components/states.js';
import { filterOf, isFiltered, type Filter } from '../../routing/filter.js';
import type { Place } from '../../routing/location.js';
import { formatCount, formatNumber, formatTenths } from '../../labels/format.js';
import { SUBJECTS } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';

interface ChartWords {
  metric: ChartMetric;
  subject: Subject;
  title: string;
  colour: '--users' | '--orgs';
  /** Whether the values of periods can be summed. Active users cannot: a user may be active in several periods. */
  adds: boolean;
}

const CHARTS: readonly ChartWords[] = [
  {
    metric: 'active_users',
    subject: 'user',
    title: 'Active users',
    colour: '--users',
    adds: false,
  },
  { metric: 'active_orgs', subject: 'org', title: 'Active orgs', colour: '--orgs', adds: false },
  { metric: 'signups', subject: 'user', title: 'Signups', colour: '--users', adds: true },
  { metric: 'orgs_created', subject: 'org', title: 'New orgs', colour: '--orgs', adds: true },
];

/** The four charts of one range. */
export function Charts({ place, today }: { place: Place; today: string }) {
  const view = chartView(place, today);
  const compares = view.compares && isComparable(view.range);
  const filters = { user: filterOf(place, 'user_'), org: filterOf(place, 'org_') };
  return (
    <section aria-labelledby="charts" class="block">
      <header class="head">
        <h2 id="charts">Are we growing?</h2>
        <Legend compares={compares} />
      </header>
      <ChartControls {...{ place, view, today }}>
        <ChartOptions place={place} view={view} />
      </ChartControls>
      <div class="filters">
        {(['user', 'org'] as const).map((subject) => (
          <FilterBar
            key={subject}
            label={SUBJECTS[subject]}
            prefix={`${subject}_`}
            filter={filters[subject]}
            {...{ subject, place }}
          />
        ))}
      </div>
      {view.compares && !compares && (
        <p class="small soft">
          This range is too long to compare with the previous period: choose a shorter one, or
          weeks.
        </p>
      )}
      <div class="columns charts">
        {CHARTS.map((words) => (
          <ChartPanel
            key={words.metric}
            words={words}
            range={view.range}
            filter={filters[words.subject]}
            compares={compares}
            asTable={view.asTable}
          />
        ))}
      </div>
    </section>
  );
}

interface PanelProps {
  words: ChartWords;
  range: Range;
  filter: Filter;
  compares: boolean;
  asTable: boolean;
}

function ChartPanel({ words, range, filter, compares, asTable }: PanelProps) {
  const { metric, title } = words;
  const chart = useResource<ChartReply>(chartPath(metric, range, compares, filter));
  return (
    <article class="panel" aria-labelledby={`chart-${metric}`}>
      <div>
        <h3 id={`chart-${metric}`}>
          <Term name={metric}>{title}</Term>{' '}
          {isFiltered(filter) && <span class="mark accent">filtered</span>}
        </h3>
        <Shown of={chart}>
          {(data) => <Drawn data={data} {...{ words, compares, asTable }} />}
        </Shown>
      </div>
    </article>
  );
}

interface DrawnProps extends Omit<PanelProps, 'range' | 'filter'> {
  data: ChartReply;
}

function Drawn({ data, words, compares, asTable }: DrawnProps) {
  const points = useMemo(() => pointsOf(data, compares), [data, compares]);
  const props = { name: words.title, points, cadence: data.cadence };
  return (
    <>
      <Total points={points} cadence={data.cadence} adds={words.adds} />
      {asTable ? <ChartTable {...props} /> : <Chart {...props} colour={words.colour} />}
    </>
  );
}

const PERIOD_NAMES = { Daily: 'day', Weekly: 'week', Monthly: 'month' } as const;

/** The total or average of the finished periods, compared with the same number of earlier periods. */
function Total({
  points,
  cadence,
  adds,
}: {
  points: readonly Point[];
  cadence: Cadence;
  adds: boolean;
}) {
  const over = points.filter(({ finished }) => finished);
  if (over.length === 0)
    return <p class="total soft">No {PERIOD_NAMES[cadence]} is complete yet.</p>;
  const share = adds ? 1 : over.length;
  const sum = (of: (point: Point) => number) => over.reduce((total, one) => total + of(one), 0);
  const value = sum((point) => point.value) / share;
  const before = sum((point) => point.before?.value ?? 0) / share;
  const rounded = (number: number) => (adds ? number : Math.round(number * 10) / 10);
  return (
    <p class="total">
      <strong>{adds ? formatNumber(value) : formatTenths(value)}</strong>{' '}
      <span class="small soft">
        {adds
          ? `in ${formatCount(over.length, PERIOD_NAMES[cadence])}`
          : `on average per ${PERIOD_NAMES[cadence]}`}
      </span>{' '}
      {over[0]!.before && <Delta value={rounded(value)} before={rounded(before)} when="before" />}
    </p>
  );
}

function Legend({ compares }: { compares: boolean }) {
  return (
    <p class="legend" aria-hidden="true">
      <span>
        <svg viewBox="0 0 28 12">
          <path d="M1 6h26" stroke="currentColor" stroke-width="2" />
        </svg>
        this period
      </span>
      {compares && (
        <span>
          <svg viewBox="0 0 28 12">
            <path d="M1 6h26" stroke="currentColor" stroke-width="1.5" stroke-dasharray="4 4" />
          </svg>
          previous period
        </span>
      )}
      <span>
        <svg viewBox="0 0 28 12">
          <path d="M14 12V6" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2 2" />
          <circle cx="14" cy="4" r="3" fill="none" stroke="currentColor" stroke-width="1.5" />
        </svg>
        not over yet
      </span>
    </p>
  );
}
