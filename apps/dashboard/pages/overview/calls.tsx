import type { ChangedOrgRow, ChangedUserRow, ReportChanges } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { useResource } from '../../api/resource.js';
import { Org, Person } from '../../parts/cards.js';
import { Empty, Shown } from '../../parts/states.js';
import { Link } from '../../routing/link.js';
import { now } from '../../words/clock.js';
import { formatAgo, formatNumber } from '../../words/format.js';
import { intervalName, wordsOf } from '../../words/reports.js';
import { Term } from '../../words/terms.js';

const ROWS = 5;

/** The four lists that a day begins with. */
export function Calls() {
  return (
    <section aria-labelledby="calls" class="block">
      <header class="head">
        <h2 id="calls">Who needs a call today</h2>
        <p class="small">Who is new in a list comes first.</p>
      </header>
      <div class="columns calls">
        <TopOf subject="org" report="churn" interval="7" about={membersOf} />
        <TopOf subject="org" report="attrition" interval="30" about={departuresOf} />
        <TopOf subject="user" report="churn" interval="7" about={lastSeen} />
        <TopOf subject="user" report="champion" interval="30" about={activeDays} />
      </div>
    </section>
  );
}

type Row = ChangedUserRow | ChangedOrgRow;

interface Props<R extends Row> {
  subject: 'user' | 'org';
  report: string;
  interval: string;
  about: (row: R) => ComponentChildren;
}

function TopOf<R extends Row>({ subject, report, interval, about }: Props<R>) {
  const path = `/api/insights/v1/reports/${subject}/${report}?interval=${interval}&page_size=${ROWS}`;
  const top = useResource<ReportChanges>(path);
  const entered = useResource<ReportChanges>(`${path}&change=entered`);
  const words = wordsOf(subject, report)!;
  const id = `top-${subject}-${report}`;
  return (
    <article class="panel" aria-labelledby={id}>
      <header>
        <h3 id={id}>
          <Term name={`${subject}_${report}`}>{words.title}</Term>{' '}
          <span class="soft small">{intervalName(interval)}</span>
        </h3>
        <Link class="small" href={`/reports/${subject}/${report}?interval=${interval}`}>
          All {top.data ? formatNumber(top.data.total_count) : ''}
          <span class="unseen"> of {words.title}</span>
        </Link>
      </header>
      <Shown of={top}>
        {(data) =>
          data.rows.length === 0 ? (
            <Empty>{words.empty}</Empty>
          ) : (
            <ol class="top">
              {firstOf<R>(entered.data, data).map((row) => (
                <li key={row.id}>
                  {'user_id' in row ? <Person user={row} plain /> : <Org org={row} />}
                  <span class="small soft about">
                    {row.change === 'entered' && <span class="mark accent">new</span>} {about(row)}
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Shown>
    </article>
  );
}

/** Those who have just come into a list, then the top of it. */
function firstOf<R extends Row>(entered: ReportChanges | undefined, top: ReportChanges): R[] {
  const rows = [...(entered?.counts ? entered.rows : []), ...top.rows] as R[];
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, ROWS);
}

function membersOf({ num_users: members }: ChangedOrgRow) {
  return (
    <Term name="num_users">
      {formatNumber(members)} {members === 1 ? 'member' : 'members'}
    </Term>
  );
}

function departuresOf({ extra_properties: numbers }: ChangedOrgRow) {
  return (
    <>
      <Term name="num_users_removed">{formatNumber(numbers['num_users_removed'] ?? 0)} left</Term>,{' '}
      <Term name="num_users_added">{formatNumber(numbers['num_users_added'] ?? 0)} joined</Term>
    </>
  );
}

function lastSeen({ last_active_at: at, org_data: orgs }: ChangedUserRow) {
  return (
    <>
      <OrgNames orgs={orgs} />
      <Term name="last_active_at">seen {formatAgo(at, now() / 1000)}</Term>
    </>
  );
}

function activeDays({ extra_properties: numbers, org_data: orgs }: ChangedUserRow) {
  const days = numbers['num_active_days'] ?? 0;
  return (
    <>
      <OrgNames orgs={orgs} />
      <Term name="num_active_days">
        {formatNumber(days)} active {days === 1 ? 'day' : 'days'}
      </Term>
    </>
  );
}

function OrgNames({ orgs }: { orgs: ChangedUserRow['org_data'] }) {
  const [first, ...others] = orgs;
  if (!first) return null;
  return (
    <>
      <bdi>{first.display_name}</bdi>
      {others.length > 0 && ` +${others.length}`} ·{' '}
    </>
  );
}
