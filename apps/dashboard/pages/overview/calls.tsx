import type { ChangedOrgRow, ChangedUserRow, RunList, RunReference } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Loading } from '../../parts/states.js';
import { now } from '../../words/clock.js';
import { dayOf, formatAgo, formatMoment, formatNumber } from '../../words/format.js';
import { Term } from '../../words/terms.js';
import { TopOf } from './top-of.js';

interface Props {
  latest: RunReference;
  /** The UTC day that it is. */
  today: string;
}

/** The four lists that a day begins with. */
export function Calls({ latest, today }: Props) {
  const runs = useResource<RunList>('/api/insights/v1/runs?kept=true&limit=100');
  if (!runs.data && !runs.failure) return <Loading />;
  const yesterday = runs.data?.runs.find(({ report_time: at }) => dayOf(at) < today);
  const ofRuns = { run_id: latest.run_id, compare_to: yesterday?.run_id };
  return (
    <section aria-labelledby="calls" class="block">
      <header class="head">
        <h2 id="calls">Who needs a call today</h2>
        {yesterday && (
          <p class="small">
            <span class="mark accent">new</span> since {formatMoment(yesterday.report_time)}
          </p>
        )}
      </header>
      <div class="columns calls">
        <TopOf {...LISTS.quiet} ofRuns={ofRuns} about={membersOf} newFirst />
        <TopOf {...LISTS.shrinking} ofRuns={ofRuns} about={departuresOf} newFirst />
        <TopOf {...LISTS.slipping} ofRuns={ofRuns} about={lastSeen} newFirst />
        <TopOf {...LISTS.champions} ofRuns={ofRuns} about={activeDays} />
      </div>
    </section>
  );
}

const LISTS = {
  quiet: { subject: 'org', report: 'churn', interval: '7' },
  shrinking: { subject: 'org', report: 'attrition', interval: '30' },
  slipping: { subject: 'user', report: 'churn', interval: '7' },
  champions: { subject: 'user', report: 'champion', interval: '30' },
} as const;

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
      <Term name="last_active_at">{formatAgo(at, now() / 1000)}</Term>
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
