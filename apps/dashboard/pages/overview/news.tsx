import type { ReportChanges } from '#libs/contracts';
import { useResource, type Resource } from '../../api/resource.js';
import { Empty } from '../../components/states.js';
import { COMPARISONS, DEFAULT_COMPARISON, type Comparison } from '../../labels/comparisons.js';
import { formatNumber } from '../../labels/format.js';
import { intervalName, wordsOf } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { Link } from '../../routing/link.js';
import { addressOf } from '../../routing/location.js';
import { changesPath, type AskedList } from './top.js';

interface Props {
  lists: readonly { list: AskedList; of: Resource<ReportChanges> }[];
  runs: { run_id: string; compare_to: Comparison };
}

/** The organizations that have not come for a month. */
const QUIET = { subject: 'org', report: 'churn', interval: '30' } as const;

/** How many organizations are new in each list since the report of the comparison. */
export function News({ lists, runs }: Props) {
  const quiet = useResource<ReportChanges>(changesPath(QUIET, runs, 1));
  const since = runs.compare_to;
  return (
    <article class="panel" aria-labelledby="news">
      <header>
        <h3 id="news">New since {COMPARISONS[since]}</h3>
      </header>
      <ul class="top news">
        {[...lists, { list: QUIET, of: quiet }].map(({ list, of }) => (
          <Line key={list.report} {...{ list, of, since }} />
        ))}
      </ul>
      {quiet.data?.previous === null && <Empty>No report is kept of that time.</Empty>}
    </article>
  );
}

function Line({
  list,
  of,
  since,
}: {
  list: AskedList;
  of: Resource<ReportChanges>;
  since: Comparison;
}) {
  const { subject, report, interval } = list;
  const address = addressOf(`/reports/${subject}/${report}`, {
    interval,
    change: 'entered',
    against: since === DEFAULT_COMPARISON ? undefined : since,
  });
  const counts = of.data?.counts;
  return (
    <li class={of.loading ? 'stale' : undefined}>
      <Link href={address}>
        <strong>{counts ? formatNumber(counts.entered) : '–'}</strong>{' '}
        {wordsOf(subject, report)!.title}
        <span class="unseen">, new since {COMPARISONS[since]}</span>
      </Link>
      <span class="small soft about">
        <Term name={`${subject}_${report}`}>{intervalName(interval)}</Term>
        {of.failure?.message}
      </span>
    </li>
  );
}
