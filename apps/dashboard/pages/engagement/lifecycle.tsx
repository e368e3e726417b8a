import type { Cadence, LifecycleChart } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { shortPeriodName } from '../../components/chart/points.js';
import { PERIOD_HEADS, ValuesTable } from '../../components/chart/table.js';
import { WithTable } from '../../components/chart/with-table.js';
import { Shown } from '../../components/states.js';
import { PART_NAMES, PERIODS, STACK, inPeriod } from '../../labels/engagement.js';
import { formatNumber, formatSigned } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { Term } from '../../labels/terms.js';
import { Link } from '../../routing/link.js';
import { LifecycleBars, type AddressOfPart } from './bars.js';
import { ChartPanel } from './panel.js';
import { chartPath, listAddress, type EngagementView } from './view.js';

const NAME = 'Lifecycle';

type Metric = LifecycleChart['metrics'][number];

/** Who is new, who stayed, who came back and who left, by period. */
export function Lifecycle({ view }: { view: EngagementView }) {
  const { cadence } = view.chart.range;
  const chart = useResource<LifecycleChart>(chartPath('lifecycle', view, { cadence }));
  const { many } = KINDS[view.subject];
  const addressOf: AddressOfPart = (period, part) =>
    listAddress(view, { chart: 'lifecycle', period, part });
  return (
    <ChartPanel
      chart="lifecycle"
      title={NAME}
      question={`How many ${many} were new, stayed, came back or stopped?`}
    >
      <Shown of={chart}>{({ metrics }) => <Drawn {...{ metrics, cadence, addressOf }} />}</Shown>
    </ChartPanel>
  );
}

interface DrawnProps {
  metrics: readonly Metric[];
  cadence: Cadence;
  addressOf: AddressOfPart;
}

function Drawn({ metrics, cadence, addressOf }: DrawnProps) {
  return (
    <>
      <LatestOver metrics={metrics} cadence={cadence} />
      <WithTable
        name={NAME}
        isWide
        chart={<LifecycleBars {...{ metrics, cadence, addressOf }} />}
        table={
          <ValuesTable
            name={NAME}
            heads={[
              PERIOD_HEADS[cadence],
              'Active',
              ...STACK.map((part) => (
                <Term key={part} name={`lifecycle_${part}`}>
                  {PART_NAMES[part]}
                </Term>
              )),
            ]}
            rows={metrics.toReversed().map((metric) => ({
              key: metric.date,
              head: shortPeriodName(metric.date, cadence),
              isUnfinished: !metric.cadence_completed,
              cells: [
                formatNumber(metric.active),
                ...STACK.map((part) =>
                  metric[part] === 0 ? (
                    '0'
                  ) : (
                    <Link key={part} href={addressOf(metric.date, part)}>
                      {formatNumber(metric[part])}
                    </Link>
                  ),
                ),
              ],
            }))}
          />
        }
      />
    </>
  );
}

/** The latest period that is over, in words. */
function LatestOver({ metrics, cadence }: Pick<DrawnProps, 'metrics' | 'cadence'>) {
  const latest = metrics.findLast((metric) => metric.cadence_completed);
  if (!latest) return <p class="soft">No {PERIODS[cadence].one} is complete yet.</p>;
  const { active, new: fresh, resurrected, dormant, date } = latest;
  return (
    <p class="total">
      <strong>{formatSigned(fresh + resurrected - dormant)}</strong>
      <span class="small soft">
        {inPeriod(date, cadence)}: {formatNumber(fresh)} new and {formatNumber(resurrected)}{' '}
        resurrected, {formatNumber(dormant)} dormant; {formatNumber(active)} active
      </span>
    </p>
  );
}
