import type { Summary } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { Org, Person } from '../../components/names.js';
import { NoData } from '../../components/no-data.js';
import { Empty, Shown } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { addressOf } from '../../routing/location.js';
import { DEFAULT_COMPARISON, type Comparison } from '../../labels/comparisons.js';
import { formatNumber } from '../../labels/format.js';
import { intervalName, wordsOf } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { firstRows, type AskedList, type Row, type Top } from './top.js';

interface TopProps<R extends Row> {
  list: AskedList;
  of: Top;
  against: Comparison;
  totals: Summary['totals'];
  about: (row: R) => ComponentChildren;
}

/** The first rows of a list, with a link to the whole list. */
export function TopOf<R extends Row>({ list, of, against, totals, about }: TopProps<R>) {
  const { subject, report, interval, netLoss } = list;
  const words = wordsOf(subject, report)!;
  const id = `top-${subject}-${report}`;
  const whole = addressOf(`/reports/${subject}/${report}`, {
    interval,
    net_loss: netLoss ? 'true' : undefined,
    against: against === DEFAULT_COMPARISON ? undefined : against,
  });
  return (
    <article class="panel" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <Term name={`${subject}_${report}`}>{words.title}</Term>{' '}
          <span class="soft small">{intervalName(interval)}</span>
        </h3>
        <Link class="small" href={whole}>
          All {of.top.data ? formatNumber(of.top.data.total_count) : ''}
          <span class="unseen"> of {words.title}</span>
        </Link>
      </header>
      <Shown of={of.top}>
        {(data) => {
          const rows = firstRows<R>(of, data);
          if (rows.length > 0) {
            return (
              <ol class="top">
                {rows.map((row) => (
                  <Line key={row.id} row={row} about={about(row)} />
                ))}
              </ol>
            );
          }
          if (totals[`${subject}s`] === 0) return <NoData subject={subject} />;
          return (
            <Empty>{netLoss ? 'No organization lost more people than joined.' : words.empty}</Empty>
          );
        }}
      </Shown>
    </article>
  );
}

function Line({ row, about }: { row: Row; about: ComponentChildren }) {
  return (
    <li>
      {'user_id' in row ? <Person user={row} plain /> : <Org org={row} />}
      <span class="small soft about">
        {row.change === 'entered' && <span class="mark accent">new</span>} {about}
      </span>
    </li>
  );
}
