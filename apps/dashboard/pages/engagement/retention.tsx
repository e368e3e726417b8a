import type { Cadence, RetentionChart, Subject } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useResource } from '../../api/resource.js';
import { periodName, shortPeriodName } from '../../components/chart/points.js';
import { PERIOD_HEADS } from '../../components/chart/table.js';
import { Empty, Shown } from '../../components/states.js';
import { cohortTitle, later, PERIODS } from '../../labels/engagement.js';
import { formatCount, formatNumber, formatShare } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { Term } from '../../labels/terms.js';
import { useIsNarrow } from '../../routing/narrow.js';
import { Link } from '../../routing/link.js';
import { ChartPanel } from './panel.js';
import { chartPath, listAddress, type EngagementView, type ListQuery } from './view.js';

const NAME = 'Retention';
/** After how many periods the share is summed up in words: a month, or for days a week. */
const A_MONTH: Record<Cadence, number> = { Daily: 7, Weekly: 4, Monthly: 1 };

type Cohort = RetentionChart['cohorts'][number];
type Cell = Cohort['cells'][number];

interface TableProps {
  subject: Subject;
  cadence: Cadence;
  cohorts: readonly Cohort[];
  addressOf: (list: ListQuery) => string;
}

/** How many of those created in a period were active in the periods after it. */
export function Retention({ view }: { view: EngagementView }) {
  const { cadence } = view.chart.range;
  const chart = useResource<RetentionChart>(chartPath('retention', view, { cadence }));
  const { subject } = view;
  const addressOf = (list: ListQuery) => listAddress(view, { chart: 'retention', ...list });
  return (
    <ChartPanel
      chart="retention"
      title={NAME}
      question={`Of the ${KINDS[subject].many} created in a ${PERIODS[cadence].one}, how many are still active later?`}
    >
      <Shown of={chart}>
        {({ cohorts }) => <Triangle {...{ subject, cadence, cohorts, addressOf }} />}
      </Shown>
    </ChartPanel>
  );
}

/** A row for each cohort, a column for each period after the creation. The share is printed in each cell. */
function Triangle({ subject, cadence, cohorts, addressOf }: TableProps) {
  const [read, setRead] = useState<string>();
  const { one, many } = KINDS[subject];
  if (cohorts.every(({ size }) => size === 0))
    return <Empty>No {one} was created in this range.</Empty>;
  const columns = Math.max(...cohorts.map(({ cells }) => cells.length));
  const ks = Array.from({ length: columns }, (_, k) => k);
  return (
    <>
      <Kept cohorts={cohorts} cadence={cadence} />
      <p class="readout" aria-hidden="true">
        {read ?? `Point at a share for its counts. It opens the list of the ${many}.`}
      </p>
      <div class="scroll retention" tabIndex={0} role="region" aria-label={`${NAME} as a table`}>
        <table>
          <caption class="unseen">
            {NAME}: the share of each cohort that was active, by {PERIODS[cadence].many} after the
            creation
          </caption>
          <thead>
            <tr>
              <th scope="col">{PERIOD_HEADS[cadence]} of creation</th>
              <th scope="col" class="number">
                <Term name="cohort_size">Size</Term>
              </th>
              {ks.map((k) => (
                <th key={k} scope="col" class="number">
                  <span aria-hidden="true">{k === 0 ? 'same' : `+${k}`}</span>
                  <span class="unseen">{later(k, cadence)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody onPointerLeave={() => setRead(undefined)}>
            <Together cohorts={cohorts} ks={ks} />
            {cohorts.toReversed().map((cohort) => (
              <CohortRow
                key={cohort.date}
                {...{ subject, cadence, cohort, addressOf }}
                onRead={setRead}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p class="small soft">
        * This {PERIODS[cadence].one} is not over: the share still grows. “All together” counts only{' '}
        {PERIODS[cadence].many} that are over.
      </p>
    </>
  );
}

/** The share of all cohorts together that was active `k` periods after the creation; null when no such period is over. */
function shareLater(cohorts: readonly Cohort[], k: number): number | null {
  const over = cohorts.filter(({ cells }) => cells[k]?.complete);
  const size = sumOf(over, (cohort) => cohort.size);
  return size === 0 ? null : sumOf(over, ({ cells }) => cells[k]!.active) / size;
}

/** The share that is still active a month (or a week) later; after fewer periods when none is that old. */
function Kept({ cohorts, cadence }: Pick<TableProps, 'cohorts' | 'cadence'>) {
  for (let k = A_MONTH[cadence]; k > 0; k--) {
    const share = shareLater(cohorts, k);
    if (share === null) continue;
    return (
      <p class="total">
        <strong>{formatShare(share)}</strong>
        <span class="small soft">active {later(k, cadence)}, all cohorts together</span>
      </p>
    );
  }
  return null;
}

function Together({ cohorts, ks }: { cohorts: readonly Cohort[]; ks: readonly number[] }) {
  return (
    <tr class="together">
      <th scope="row">All together</th>
      <td class="number">{formatNumber(sumOf(cohorts, ({ size }) => size))}</td>
      {ks.map((k) => {
        const share = shareLater(cohorts, k);
        return (
          <td key={k} class="number">
            {share === null ? '–' : formatShare(share)}
          </td>
        );
      })}
    </tr>
  );
}

const sumOf = (cohorts: readonly Cohort[], value: (cohort: Cohort) => number): number =>
  cohorts.reduce((total, one) => total + value(one), 0);

interface RowProps extends Omit<TableProps, 'cohorts'> {
  cohort: Cohort;
  onRead: (words: string) => void;
}

function CohortRow({ subject, cadence, cohort, addressOf, onRead }: RowProps) {
  const { date, size, cells } = cohort;
  const isNarrow = useIsNarrow();
  return (
    <tr>
      <th scope="row">{isNarrow ? shortPeriodName(date, cadence) : periodName(date, cadence)}</th>
      <td class="number">
        {size === 0 ? '0' : <Link href={addressOf({ cohort: date })}>{formatNumber(size)}</Link>}
      </td>
      {cells.map((cell, k) => {
        if (size === 0) {
          return (
            <td key={k} class="number soft">
              –
            </td>
          );
        }
        const words = describe({ subject, cadence, cohort, cell, k });
        return (
          <td
            key={k}
            class={`number cell${cell.complete ? '' : ' unfinished'}`}
            style={{ '--share': `${(100 * cell.active) / size}` }}
          >
            <Link
              href={addressOf({ cohort: date, period: cell.period, state: 'active' })}
              aria-label={words}
              onFocus={() => onRead(words)}
              onPointerEnter={() => onRead(words)}
            >
              {shareOf(cell, size)}
            </Link>
          </td>
        );
      })}
    </tr>
  );
}

const shareOf = ({ active, complete }: Cell, size: number): string =>
  formatShare(active / size) + (complete ? '' : '*');

interface Described extends Pick<RowProps, 'subject' | 'cadence' | 'cohort'> {
  cell: Cell;
  k: number;
}

/** "43 %: 52 of 120. Users who were created in the week of 2 Nov 2026 and active 3 weeks later". */
function describe({ subject, cadence, cohort: { date, size }, cell, k }: Described): string {
  const { one, many } = KINDS[subject];
  const title = cohortTitle(subject, date, cadence, { later: k, isActive: true });
  const soFar = cell.complete ? '' : ', so far';
  return `${shareOf(cell, size)}, ${formatNumber(cell.active)} of ${formatCount(size, one, many)}${soFar}: ${title}`;
}
