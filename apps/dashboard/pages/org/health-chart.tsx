import type { HealthOnDay, OrgActivity } from '#libs/contracts';
import type { Resource } from '../../api/resource.js';
import { drawLines } from '../../components/chart/lines.js';
import { ReadableChart } from '../../components/chart/readable.js';
import { ValuesTable } from '../../components/chart/table.js';
import { WithTable } from '../../components/chart/with-table.js';
import { Empty, Shown } from '../../components/states.js';
import { formatDay, formatNumber, formatShortDay } from '../../labels/format.js';
import { HEALTH_PARTS } from '../../labels/health.js';
import { Term } from '../../labels/terms.js';

const NAME = 'Health over 12 weeks';

/** The health and the used seats at the end of each of the last weeks. */
export function HealthOverTime({ of }: { of: Resource<OrgActivity> }) {
  return (
    <section class="panel" aria-labelledby="health-over-time">
      <header>
        <h2 id="health-over-time">
          <Term name="health_over_time">{NAME}</Term>
        </h2>
        <p>at the end of each week, and today</p>
      </header>
      <Shown of={of}>{({ health_over_time: days }) => <Days days={days} />}</Shown>
    </section>
  );
}

function Days({ days }: { days: readonly HealthOnDay[] }) {
  if (days.every(({ health }) => health === null)) {
    return <Empty>There is no health yet: it begins 14 days after the creation.</Empty>;
  }
  const draw = drawLines({
    labels: days.map(({ date }) => formatShortDay(date)),
    values: [days.map(({ health }) => health?.score ?? null)],
    // The last one is of today.
    firstUnfinished: days.length - 1,
    colour: '--orgs',
    format: formatNumber,
    least: 100,
  });
  return (
    <WithTable
      name={NAME}
      isWide
      chart={
        <ReadableChart
          name={NAME}
          count={days.length}
          words={(index) => describe(days[index]!)}
          draw={draw}
          inputs={[days]}
        />
      }
      table={
        <ValuesTable
          name={NAME}
          heads={['Day', 'Health', ...HEALTH_PARTS.map(({ title }) => title), 'Seats']}
          rows={days.toReversed().map((day, index) => ({
            key: day.date,
            head: formatShortDay(day.date),
            isUnfinished: index === 0,
            cells: [
              partOf(day, 'score'),
              ...HEALTH_PARTS.map(({ name }) => partOf(day, name)),
              seatsOf(day),
            ],
          }))}
        />
      }
    />
  );
}

type Score = keyof NonNullable<HealthOnDay['health']>;

const partOf = ({ health }: HealthOnDay, part: Score): string =>
  health ? formatNumber(health[part]) : '–';

/** Active in 30 days, of all members. */
const seatsOf = ({ active_users: active, num_users: members }: HealthOnDay): string =>
  `${formatNumber(active)} of ${formatNumber(members)}`;

function describe({ health, date }: HealthOnDay): string {
  if (!health) return `${formatDay(date)}: no health yet`;
  const parts = HEALTH_PARTS.map(
    ({ name, title }) => `${title.toLowerCase()} ${formatNumber(health[name])}`,
  );
  return `${formatDay(date)}: ${formatNumber(health.score)} · ${parts.join(' · ')}`;
}
