import type { OrgActivity } from '#libs/contracts';
import { useMemo, useState } from 'preact/hooks';
import type { Resource } from '../../api/resource.js';
import { Chart } from '../../components/chart/chart.js';
import { ChartTable } from '../../components/chart/table.js';
import { Empty, Shown } from '../../components/states.js';
import { now } from '../../labels/clock.js';
import { addDays, dayOf } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';

interface Props {
  term: string;
  title: string;
  of: Resource<OrgActivity>;
  /** Selects the weeks to draw, each by its first day; must be the same function at each render. */
  weeks: (activity: OrgActivity) => Week[];
}

interface Week {
  date: string;
  value: number;
}

/** A year in weeks; the current week is unfinished. */
export function WeeklyChart({ term, title, of, weeks }: Props) {
  const [asTable, setAsTable] = useState(false);
  const id = `chart-${term}`;
  const toggle = asTable ? 'As a chart' : 'As a table';
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          <Term name={term}>{title}</Term>
        </h2>
        <button
          type="button"
          class="button plain"
          aria-label={`${toggle}: ${title}`}
          onClick={() => setAsTable(!asTable)}
        >
          {toggle}
        </button>
      </header>
      <Shown of={of}>{(activity) => <Weeks {...{ title, activity, weeks, asTable }} />}</Shown>
    </section>
  );
}

interface WeeksProps extends Pick<Props, 'title' | 'weeks'> {
  activity: OrgActivity;
  asTable: boolean;
}

function Weeks({ title, activity, weeks, asTable }: WeeksProps) {
  const points = useMemo(() => {
    const today = dayOf(now() / 1000);
    return weeks(activity).map((week) => ({ ...week, finished: addDays(week.date, 7) <= today }));
  }, [activity]);
  if (points.length === 0) return <Empty>There is no data yet.</Empty>;
  const props = { name: title, points, cadence: 'Weekly' } as const;
  return asTable ? <ChartTable {...props} /> : <Chart {...props} colour="--orgs" />;
}
