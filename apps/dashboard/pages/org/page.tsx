import type { OrgActivity, OrgProfile } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { useResource, type Resource } from '../../api/resource.js';
import { Exclude } from '../../components/exclude.js';
import { ExcludedNotice } from '../../components/excluded-notice.js';
import { Facts } from '../../components/facts.js';
import { ReportPositions } from '../../components/report-positions.js';
import { Shown } from '../../components/states.js';
import { Traits } from '../../components/traits.js';
import { Link } from '../../routing/link.js';
import type { Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { dayOf, formatCount, formatDay, formatNumber } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';
import { Health } from './health.js';
import { HealthOverTime } from './health-chart.js';
import { Members } from './members.js';
import { People } from './people.js';
import { Seats, WhomToCall } from './seats.js';
import { Timeline } from './timeline.js';
import { WeeklyChart } from './weekly-chart.js';

/** An organization. The fast profile is loaded first: an excluded organization has nothing else. */
export function OrgPage({ orgId, place }: { orgId: string; place: Place }) {
  const path = `/api/insights/v1/orgs/${encodeURIComponent(orgId)}`;
  const profile = useResource<OrgProfile>(`${path}/profile`);
  if (profile.failure?.kind === 'missing') return <Unknown />;
  const isCounted = profile.data?.excluded === false;
  return (
    <>
      <header class="head">
        <Title title={profile.data?.org.name ?? 'Organization'} />
        {isCounted && <Exclude subject="org" id={orgId} onEnd={profile.reload} />}
      </header>
      <div class="block">
        <Shown of={profile}>
          {(data) => (
            <div class="block">
              {data.excluded && <ExcludedNotice subject="org" id={orgId} onEnd={profile.reload} />}
              <Profile profile={data} />
              <Traits traits={data.traits} />
            </div>
          )}
        </Shown>
        {isCounted && <Numbers path={path} place={place} profile={profile} />}
      </div>
    </>
  );
}

interface NumbersProps {
  path: string;
  place: Place;
  profile: Resource<OrgProfile>;
}

/** The activity and the members, loaded separately: with 50,000 members, the profile arrives long before them. */
function Numbers({ path, place, profile }: NumbersProps) {
  const activity = useResource<OrgActivity>(`${path}/activity`);
  const { data } = profile;
  return (
    <>
      <div class="columns org-panels">
        {data && !data.excluded && <Health profile={data} activity={activity} />}
        <div class="block">
          <WhomToCall of={activity} />
          <Seats of={activity} />
        </div>
      </div>
      <HealthOverTime of={activity} />
      <div class="columns org-panels">
        <Timeline of={activity} />
        <People
          term="most_active"
          title="Champions"
          empty="No member was active in the last 30 days."
          of={activity}
        >
          {({ most_active: users }) =>
            users.map((user) => ({
              user,
              about: formatCount(user.num_active_days, 'active day'),
            }))
          }
        </People>
        <WeeklyChart
          term="active_by_week"
          title="Active members"
          of={activity}
          weeks={activeByWeek}
        />
        <WeeklyChart
          term="members_over_time"
          title="Members by week"
          of={activity}
          weeks={membersByWeek}
        />
        <Shown of={profile}>
          {(data) => (
            <ReportPositions subject="org" positions={data.excluded ? [] : data.reports} />
          )}
        </Shown>
        <People term="joined" title="Joined" empty="No member was added yet." of={activity}>
          {({ joined }) => joined.map(moveOf)}
        </People>
        <People term="left" title="Left" empty="No member has left." of={activity}>
          {({ left }) => left.map(moveOf)}
        </People>
      </div>
      <Members path={path} place={place} />
    </>
  );
}

const activeByWeek = ({ active_by_week: weeks }: OrgActivity) =>
  weeks.map(({ date, active_users: value }) => ({ date, value }));
const membersByWeek = ({ members_over_time: weeks }: OrgActivity) =>
  weeks.map(({ date, num_users: value }) => ({ date, value }));
const moveOf = (user: OrgActivity['joined'][number]) => ({
  user,
  about: formatDay(dayOf(user.at)),
});

function Unknown() {
  return (
    <>
      <Title title="No such organization" />
      <p>
        No organization with this id is known, or it was deleted. Go on from the{' '}
        <Link href="/reports/org/growth">reports of organizations</Link>.
      </p>
    </>
  );
}

function Profile({ profile }: { profile: OrgProfile }) {
  const { org } = profile;
  return (
    <section class="panel" aria-label="Profile">
      <Facts
        facts={[
          ...(profile.excluded ? [] : [membersFact(profile.num_users)]),
          [
            <Term key="c" name="created_at">
              Created
            </Term>,
            formatDay(dayOf(org.created_at)),
          ],
          ['Id', <code key="i">{org.org_id}</code>],
        ]}
      />
    </section>
  );
}

const membersFact = (members: number): [ComponentChildren, ComponentChildren] => [
  <Term key="n" name="num_users">
    Members
  </Term>,
  formatNumber(members),
];
