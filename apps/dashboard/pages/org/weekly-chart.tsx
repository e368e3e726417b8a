import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../../parts/chart/chart.js';
import { ChartTable } from '../../parts/chart/table.js';
import { Empty } from '../../parts/states.js';
import { now } from '../../words/clock.js';
import { addDays, dayOf } from '../../words/format.js';
import { Term } from '../../words/terms.js';

interface Props {
  term: string;
  title: string;
  /** By the week's Monday. */
  weeks: readonly { date: string; value: number }[];
}

/** A year week by week; the present week is not over. */
export function WeeklyChart({ term, title, weeks }: Props) {
  const [asTable, setAsTable] = useState(false);
  const points = useMemo(() => {
    const today = dayOf(now() / 1000);
    return weeks.map((week) => ({ ...week, finished: addDays(week.date, 7) <= today }));
  }, [weeks]);
  const id = `chart-${term}`;
  const toggle = asTable ? 'As a chart' : 'As a table';
  const props = { name: title, points, cadence: 'Weekly' } as const;
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
      {points.length === 0 ? (
        <Empty>Nothing is known of any week.</Empty>
      ) : (
        <div>{asTable ? <ChartTable {...props} /> : <Chart {...props} colour="--orgs" />}</div>
      )}
    </section>
  );
}
