import type { OrgPage as OrgReply } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { Person } from '../../parts/cards.js';
import { Facts } from '../../parts/facts.js';
import { Standings } from '../../parts/standings.js';
import { Empty, Shown } from '../../parts/states.js';
import { Link } from '../../routing/link.js';
import type { Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { dayOf, formatDay, formatNumber } from '../../words/format.js';
import { Term } from '../../words/terms.js';
import { WeeklyChart } from './weekly-chart.js';
import { Members } from './members.js';

/** All that is known of an organization. */
export function OrgPage({ orgId, place }: { orgId: string; place: Place }) {
  const path = `/api/insights/v1/orgs/${encodeURIComponent(orgId)}`;
  const page = useResource<OrgReply>(path);
  if (page.failure?.kind === 'missing') return <Unknown />;
  return (
    <>
      <Title title={page.data?.org.name ?? 'Organization'} />
      <Shown of={page}>{(data) => <Known page={data} path={path} place={place} />}</Shown>
    </>
  );
}

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

function Known({ page, path, place }: { page: OrgReply; path: string; place: Place }) {
  const { org } = page;
  return (
    <div class="block">
      <section class="panel" aria-label="Profile">
        <Facts
          facts={[
            [
              <Term key="n" name="num_users">
                Members
              </Term>,
              formatNumber(page.num_users),
            ],
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
      <div class="columns">
        <WeeklyChart
          term="active_by_week"
          title="Active members"
          weeks={page.active_by_week.map(({ date, active_users: value }) => ({ date, value }))}
        />
        <WeeklyChart
          term="members_over_time"
          title="Members by week"
          weeks={page.members_over_time.map(({ date, num_users: value }) => ({ date, value }))}
        />
        <People term="most_active" title="Most active members" empty="Nobody was active lately.">
          {page.most_active.map((user) => ({
            user,
            about: `${formatNumber(user.num_active_days)} active days`,
          }))}
        </People>
        <Standings subject="org" standings={page.reports} />
        <People term="joined" title="Joined" empty="Nobody is known to have joined.">
          {page.joined.map((user) => ({ user, about: formatDay(dayOf(user.at)) }))}
        </People>
        <People term="left" title="Left" empty="Nobody has left.">
          {page.left.map((user) => ({ user, about: formatDay(dayOf(user.at)) }))}
        </People>
      </div>
      <Members path={path} place={place} />
    </div>
  );
}

interface PeopleProps {
  term: string;
  title: string;
  empty: string;
  children: { user: OrgReply['joined'][number] | OrgReply['most_active'][number]; about: string }[];
}

const SCROLLED = 8;

function People({ term, title, empty, children: people }: PeopleProps) {
  const id = `people-${term}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          <Term name={term}>{title}</Term>
        </h2>
      </header>
      {people.length === 0 && <Empty>{empty}</Empty>}
      <ul
        class="rows scrolled"
        tabIndex={people.length > SCROLLED ? 0 : undefined}
        aria-labelledby={id}
      >
        {people.map(({ user, about }, index) => (
          <li key={index}>
            <Person user={user} plain />
            <span class="soft small">{about}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
