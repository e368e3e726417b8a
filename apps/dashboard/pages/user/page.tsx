import type { CountedUser, UserPage as UserReply } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { Exclude } from '../../components/exclude.js';
import { ExcludedNotice } from '../../components/excluded-notice.js';
import { Facts } from '../../components/facts.js';
import { ReportPositions } from '../../components/report-positions.js';
import { Empty, Shown } from '../../components/states.js';
import { Traits } from '../../components/traits.js';
import { outside } from '../../routing/base.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { now } from '../../labels/clock.js';
import { dayOf, formatAgo, formatCount, formatDay, formatMoment } from '../../labels/format.js';
import { PROFILE_LABELS, nameOf, orgAddress } from '../../labels/names.js';
import { Term } from '../../labels/terms.js';
import { Calendar } from './calendar.js';

/** A user: profile, activity, organizations, invites, traits and reports. */
export function UserPage({ userId }: { userId: string }) {
  const page = useResource<UserReply>(`/api/insights/v1/users/${encodeURIComponent(userId)}`);
  if (page.failure?.kind === 'missing') return <Unknown />;
  return (
    <>
      <header class="head">
        <Title title={page.data ? nameOf(page.data.user) : 'User'} />
        {page.data && <Download userId={userId} />}
        {page.data?.excluded === false && (
          <Exclude subject="user" id={userId} onEnd={page.reload} />
        )}
      </header>
      <Shown of={page}>
        {(data) =>
          data.excluded ? (
            <div class="block">
              <ExcludedNotice
                subject="user"
                id={userId}
                email={data.user.email}
                onEnd={page.reload}
              />
              <Profile user={data.user} />
              <Traits traits={data.traits} />
              <Signup parameters={data.signup_query_parameters} />
            </div>
          ) : (
            <Known page={data} />
          )
        }
      </Shown>
    </>
  );
}

/** A link for administrators to everything kept about the user. */
function Download({ userId }: { userId: string }) {
  if (!useIsAdmin()) return null;
  const path = `/api/insights/v1/users/${encodeURIComponent(userId)}/export`;
  return (
    <span class="bar">
      <a class="button" href={outside(path)} download>
        Download this person’s data
      </a>
    </span>
  );
}

function Unknown() {
  return (
    <>
      <Title title="No such user" />
      <p>
        No user with this id is known, or the user was deleted. Go on from the{' '}
        <Link href="/reports/user/champion">reports of users</Link>.
      </p>
    </>
  );
}

/** @param user an excluded user has no time of activity */
function Profile({ user }: { user: UserReply['user'] }) {
  return (
    <section class="panel" aria-label="Profile">
      <Facts
        facts={[
          ...profileFacts(user),
          [
            <Term key="c" name="created_at">
              Created
            </Term>,
            formatDay(dayOf(user.created_at)),
          ],
          ...('last_active_at' in user ? [lastActive(user.last_active_at)] : []),
          ['Id', <code key="i">{user.user_id}</code>],
        ]}
      />
    </section>
  );
}

const lastActive = (at: number): [ComponentChildren, ComponentChildren] => [
  <Term key="l" name="last_active_at">
    Last active
  </Term>,
  <span key="a" title={formatMoment(at)}>
    {formatAgo(at, now() / 1000)}
  </span>,
];

function Known({ page }: { page: CountedUser }) {
  const { user, activity } = page;
  return (
    <div class="block">
      <Profile user={user} />
      <section class="panel" aria-labelledby="activity">
        <header>
          <h2 id="activity">
            <Term name="activity">Activity</Term>
          </h2>
          <p>
            {formatCount(activity.days.length, 'active day')} since {formatDay(activity.from)}
          </p>
        </header>
        <Calendar activity={activity} />
        <NamedActivity named={activity.named} />
      </section>
      <div class="columns">
        <div class="block">
          <Orgs orgs={page.orgs} />
          <Invites invites={page.invites} orgs={page.orgs} />
        </div>
        <div class="block">
          <ReportPositions subject="user" positions={page.reports} />
          <Traits traits={page.traits} />
          <Signup parameters={page.signup_query_parameters} />
        </div>
      </div>
    </div>
  );
}

function profileFacts(user: UserReply['user']): [string, ComponentChildren][] {
  const labels = Object.entries(PROFILE_LABELS) as [keyof typeof PROFILE_LABELS, string][];
  return labels.map(([field, label]) => [
    label,
    user[field] ? <bdi key={field}>{user[field]}</bdi> : '–',
  ]);
}

/** In which organizations the activity happened, the most active first; nothing when none was named. */
function NamedActivity({ named }: Pick<CountedUser['activity'], 'named'>) {
  if (named.length === 0) return null;
  const sorted = named.toSorted((one, other) => other.days.length - one.days.length);
  return (
    <p class="small">
      <Term name="named_activity">Happened in</Term>{' '}
      {sorted.map(({ org_id: id, name, days }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          {name === null ? (
            <code>{id}</code>
          ) : (
            <Link href={orgAddress(id)}>
              <bdi>{name}</bdi>
            </Link>
          )}{' '}
          ({formatCount(days.length, 'day')})
        </span>
      ))}
    </p>
  );
}

function Orgs({ orgs }: Pick<CountedUser, 'orgs'>) {
  return (
    <section class="panel" aria-labelledby="orgs">
      <header>
        <h2 id="orgs">
          <Term name="org_data">Organizations</Term>
        </h2>
      </header>
      {orgs.length === 0 && <Empty>In no organization now.</Empty>}
      <ul class="rows">
        {orgs.map(({ org_id: id, name, role, since }) => (
          <li key={id}>
            <Link href={orgAddress(id)}>
              <bdi>{name}</bdi>
            </Link>
            <span class="soft small">
              <bdi>{role}</bdi>,{' '}
              {since === null ? 'since an unknown day' : `since ${formatDay(dayOf(since))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Invites({ invites: { total, recent }, orgs }: Pick<CountedUser, 'invites' | 'orgs'>) {
  const nameOfOrg = new Map(orgs.map((org) => [org.org_id, org.name]));
  return (
    <section class="panel" aria-labelledby="invites">
      <header>
        <h2 id="invites">Invites</h2>
        <p>
          <Term name="invites">{formatCount(total, 'person', 'people')}</Term>
        </p>
      </header>
      {recent.length === 0 && <Empty>No invites.</Empty>}
      <ul class="rows scrolled" tabIndex={recent.length > 8 ? 0 : undefined}>
        {recent.map(({ org_id: id, at }, index) => (
          <li key={index}>
            {id === null ? (
              'Invited'
            ) : (
              <Link href={orgAddress(id)}>
                <bdi>{nameOfOrg.get(id) ?? id}</bdi>
              </Link>
            )}
            <span class="soft small">{formatDay(dayOf(at))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Signup({ parameters }: { parameters: Record<string, string> }) {
  const entries = Object.entries(parameters);
  return (
    <section class="panel" aria-labelledby="signup">
      <header>
        <h2 id="signup">Signed up with</h2>
      </header>
      {entries.length === 0 ? (
        <Empty>No signup parameters.</Empty>
      ) : (
        <Facts
          facts={entries.map(([name, value]) => [
            <bdi key="n">{name}</bdi>,
            <bdi key="v">{value}</bdi>,
          ])}
        />
      )}
    </section>
  );
}
