import type { StickinessChart, Subject } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { colourOf, drawLines } from '../../components/chart/lines.js';
import { ReadableChart } from '../../components/chart/readable.js';
import { ValuesTable } from '../../components/chart/table.js';
import { WithTable } from '../../components/chart/with-table.js';
import { Empty, Shown } from '../../components/states.js';
import { formatDay, formatNumber, formatShare, formatShortDay } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { ChartPanel } from './panel.js';
import { chartPath, type EngagementView } from './view.js';

const NAME = 'Stickiness';

/** The share of those active in 30 days that is active on a day. */
export function Stickiness({ view, today }: { view: EngagementView; today: string }) {
  const chart = useResource<StickinessChart>(chartPath('stickiness', view));
  const { many } = KINDS[view.subject];
  return (
    <ChartPanel
      chart="stickiness"
      title={NAME}
      question={`Of the ${many} active in 30 days, how many are active on a day?`}
    >
      <Shown of={chart}>
        {(data) => <Ratio chart={data} today={today} subject={view.subject} />}
      </Shown>
    </ChartPanel>
  );
}

interface RatioProps {
  chart: StickinessChart;
  today: string;
  subject: Subject;
}

function Ratio({ chart: { metrics }, today, subject }: RatioProps) {
  const over = metrics.filter(({ date }) => date < today);
  const ratios = over.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  if (metrics.every(({ ratio }) => ratio === null)) {
    return <Empty>There was no activity in this range.</Empty>;
  }
  const draw = drawLines({
    labels: metrics.map(({ date }) => formatShortDay(date)),
    values: [metrics.map(({ ratio }) => ratio)],
    firstUnfinished: over.length,
    colour: colourOf(subject),
    format: formatShare,
    least: 0.04,
  });
  const words = (index: number) => {
    const { date, daily, monthly, ratio } = metrics[index]!;
    const soFar = date < today ? '' : ' so far';
    return `${formatDay(date)}: ${shareOf(ratio)} (${formatNumber(daily)} of ${formatNumber(monthly)})${soFar}`;
  };
  return (
    <>
      {ratios.length > 0 && (
        <p class="total">
          <strong>
            {formatShare(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length)}
          </strong>
          <span class="small soft">on average per day</span>
        </p>
      )}
      <WithTable
        name={NAME}
        chart={
          <ReadableChart
            name={NAME}
            count={metrics.length}
            words={words}
            draw={draw}
            inputs={[metrics, subject]}
          />
        }
        table={
          <ValuesTable
            name={NAME}
            heads={['Day', 'On the day', 'In 30 days', 'Share']}
            rows={metrics
              .map(({ date, daily, monthly, ratio }) => ({
                key: date,
                head: formatDay(date),
                isUnfinished: date >= today,
                cells: [formatNumber(daily), formatNumber(monthly), shareOf(ratio)],
              }))
              .reverse()}
          />
        }
      />
    </>
  );
}

const shareOf = (ratio: number | null): string => (ratio === null ? '–' : formatShare(ratio));
