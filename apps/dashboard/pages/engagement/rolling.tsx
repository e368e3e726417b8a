import type { RollingChart, RollingDays, Subject } from '#libs/contracts';
import { useResources } from '../../api/resource.js';
import { colourOf, dashesOf, drawLines } from '../../components/chart/lines.js';
import { ReadableChart } from '../../components/chart/readable.js';
import { ValuesTable } from '../../components/chart/table.js';
import { WithTable } from '../../components/chart/with-table.js';
import { Shown } from '../../components/states.js';
import { formatDay, formatNumber, formatShortDay } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { ChartPanel } from './panel.js';
import { chartPath, type EngagementView } from './view.js';

const NAME = 'Active over time';
/** The windows, the widest first: its line is the highest. */
const WINDOWS: readonly { days: RollingDays; title: string; words: string }[] = [
  { days: '30', title: '30 days', words: 'in 30 days' },
  { days: '7', title: '7 days', words: 'in 7 days' },
  { days: '1', title: '1 day', words: 'on the day' },
];

/** How many were active in the 30, 7 and 1 days up to each day. */
export function Rolling({ view, today }: { view: EngagementView; today: string }) {
  const all = useResources<RollingChart>(
    WINDOWS.map(({ days }) => chartPath('rolling', view, { days })),
  );
  const { many } = KINDS[view.subject];
  return (
    <ChartPanel
      chart="rolling"
      title={NAME}
      question={`How many ${many} were active in the days up to each day?`}
    >
      <Shown of={all}>
        {(charts) => <Lines charts={charts} today={today} subject={view.subject} />}
      </Shown>
    </ChartPanel>
  );
}

interface LinesProps {
  charts: readonly RollingChart[];
  today: string;
  subject: Subject;
}

function Lines({ charts, today, subject }: LinesProps) {
  const dates = charts[0]!.metrics.map(({ date }) => date);
  const valueAt = (index: number) => charts.map(({ metrics }) => metrics[index]!.value);
  const isOver = (date: string) => date < today;
  const draw = drawLines({
    labels: dates.map(formatShortDay),
    values: charts.map(({ metrics }) => metrics.map(({ value }) => value)),
    firstUnfinished: dates.filter(isOver).length,
    colour: colourOf(subject),
    format: formatNumber,
    least: 4,
  });
  const words = (index: number) => {
    const counts = valueAt(index).map(
      (value, window) => `${formatNumber(value)} ${WINDOWS[window]!.words}`,
    );
    const date = dates[index]!;
    return `${formatDay(date)}: ${counts.join(' · ')}${isOver(date) ? '' : ' so far'}`;
  };
  return (
    <WithTable
      name={NAME}
      chart={
        <>
          <p class="legend" aria-hidden="true">
            {WINDOWS.map(({ days, title }, index) => (
              <span key={days}>
                <svg viewBox="0 0 28 12">
                  <path
                    d="M1 6h26"
                    stroke={`var(${colourOf(subject)})`}
                    stroke-width="2"
                    stroke-dasharray={dashesOf(index)}
                  />
                </svg>
                {title}
              </span>
            ))}
          </p>
          <ReadableChart
            name={NAME}
            count={dates.length}
            words={words}
            draw={draw}
            inputs={[charts, subject]}
          />
        </>
      }
      table={
        <ValuesTable
          name={NAME}
          heads={['Day', ...WINDOWS.map(({ title }) => title)]}
          rows={dates
            .map((date, index) => ({
              key: date,
              head: formatDay(date),
              isUnfinished: !isOver(date),
              cells: valueAt(index).map(formatNumber),
            }))
            .reverse()}
        />
      }
    />
  );
}
