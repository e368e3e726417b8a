import type { FrequencyChart, Subject } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { colourOf, drawBars } from '../../components/chart/lines.js';
import { ReadableChart } from '../../components/chart/readable.js';
import { ValuesTable } from '../../components/chart/table.js';
import { WithTable } from '../../components/chart/with-table.js';
import { Empty, Shown } from '../../components/states.js';
import { formatCount, formatNumber, formatShare } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { ChartPanel } from './panel.js';
import { frequencyPath, type EngagementView } from './view.js';

const NAME = 'How often';
const LABEL_WIDTH = 30;
/** Three days a week: the frequency part of the health of an organization is 100 from here on. */
const OFTEN = 12;

/** On how many of the last 30 days the users or organizations were active. */
export function Frequency({ view }: { view: EngagementView }) {
  const chart = useResource<FrequencyChart>(frequencyPath(view));
  const { many } = KINDS[view.subject];
  return (
    <ChartPanel
      chart="frequency"
      term="activity_frequency"
      title={NAME}
      question={`On how many of the last 30 days were ${many} active?`}
    >
      <Shown of={chart}>{({ days }) => <Histogram days={days} subject={view.subject} />}</Shown>
    </ChartPanel>
  );
}

function Histogram({ days, subject }: { days: readonly number[]; subject: Subject }) {
  const { one, many } = KINDS[subject];
  const total = sum(days);
  if (total === 0) return <Empty>No {one} was active in the last 30 days.</Empty>;
  const often = sum(days.slice(OFTEN - 1));
  const share = (count: number) => formatShare(count / total);
  const draw = drawBars({
    labels: days.map((_, index) => formatNumber(index + 1)),
    labelWidth: LABEL_WIDTH,
    values: [days],
    colour: colourOf(subject),
    format: formatNumber,
    least: 4,
  });
  const words = (index: number) =>
    `Active on ${formatCount(index + 1, 'day')}: ${formatCount(days[index]!, one, many)}, ${share(days[index]!)}`;
  return (
    <>
      <p class="total">
        <strong>{share(often)}</strong>
        <span class="small soft">
          on {OFTEN} days or more ({formatNumber(often)} of {formatCount(total, one, many)} active
          in 30 days); {share(days[0]!)} on one day only
        </span>
      </p>
      <WithTable
        name={NAME}
        chart={
          <ReadableChart
            name={NAME}
            count={days.length}
            words={words}
            draw={draw}
            inputs={[days, subject]}
          />
        }
        table={
          <ValuesTable
            name={NAME}
            heads={['Active days', many[0]!.toUpperCase() + many.slice(1), 'Share']}
            rows={days.map((count, index) => ({
              key: String(index),
              head: formatNumber(index + 1),
              cells: [formatNumber(count), share(count)],
            }))}
          />
        }
      />
    </>
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
