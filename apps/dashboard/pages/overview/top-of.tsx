import type {
  ChangeFilter,
  ChangedOrgRow,
  ChangedUserRow,
  ReportChanges,
  Subject,
} from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { useResource } from '../../api/resource.js';
import { Org, Person } from '../../parts/cards.js';
import { Empty, Shown } from '../../parts/states.js';
import { Link } from '../../routing/link.js';
import { addressOf } from '../../routing/location.js';
import { formatNumber } from '../../words/format.js';
import { intervalName, wordsOf } from '../../words/reports.js';
import { Term } from '../../words/terms.js';

const ROWS = 5;

type Row = ChangedUserRow | ChangedOrgRow;

interface TopProps<R extends Row> {
  subject: Subject;
  report: string;
  interval: string;
  ofRuns: { run_id: string; compare_to: string | undefined };
  about: (row: R) => ComponentChildren;
  /** Whoever has just come into the list comes first, then its top. */
  newFirst?: boolean;
}

/** The first rows of a list, and the way to all of it. */
export function TopOf<R extends Row>(props: TopProps<R>) {
  const { subject, report, interval, ofRuns, about, newFirst = false } = props;
  const address = `/reports/${subject}/${report}`;
  const asked = { interval, ...ofRuns, page_size: ROWS };
  const path = (change?: ChangeFilter) =>
    addressOf(`/api/insights/v1${address}`, { ...asked, change });
  const top = useResource<ReportChanges>(path());
  const entered = useResource<ReportChanges>(newFirst ? path('entered') : undefined);
  const words = wordsOf(subject, report)!;
  const id = `top-${subject}-${report}`;
  return (
    <article class="panel" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <Term name={`${subject}_${report}`}>{words.title}</Term>{' '}
          <span class="soft small">{intervalName(interval)}</span>
        </h3>
        <Link class="small" href={addressOf(address, { interval, against: ofRuns.compare_to })}>
          All {top.data ? formatNumber(top.data.total_count) : ''}
          <span class="unseen"> of {words.title}</span>
        </Link>
      </header>
      <Shown of={top}>
        {(data) => {
          const rows = firstOf<R>(entered.data, data);
          if (rows.length === 0) return <Empty>{words.empty}</Empty>;
          return (
            <ol class="top">
              {rows.map((row) => (
                <Line key={row.id} row={row} about={about(row)} />
              ))}
            </ol>
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

/** Those who have just come into a list, then the top of it. */
function firstOf<R extends Row>(entered: ReportChanges | undefined, top: ReportChanges): R[] {
  const rows = [...(entered?.counts ? entered.rows : []), ...top.rows] as R[];
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, ROWS);
}
