import type { ChangedOrgRow, ChangedUserRow, Summary } from '#libs/contracts';
import { Choices } from '../../components/choices.js';
import { Contacts, QuietSince, type ContactsByOrg } from '../../components/contacts.js';
import { changed, type Place } from '../../routing/location.js';
import { COMPARISONS, DEFAULT_COMPARISON, isComparison } from '../../labels/comparisons.js';
import { formatAgo, formatCount, formatMoment, formatNumber } from '../../labels/format.js';
import { Term } from '../../labels/terms.js';
import { TopOf } from './top-of.js';
import { contactsOf, useTop, type AskedList } from './top.js';

interface Props {
  latest: NonNullable<Summary['latest_run']>;
  totals: Summary['totals'];
  place: Place;
}

/** The four lists of "Who needs a call today". */
export function Calls({ latest, totals, place }: Props) {
  const named = place.query.get('against') ?? '';
  const against = isComparison(named) ? named : DEFAULT_COMPARISON;
  const runs = { run_id: latest.run_id, compare_to: against };
  const quiet = useTop(LISTS.quiet, runs);
  const shrinking = useTop(LISTS.shrinking, runs);
  const slipping = useTop(LISTS.slipping, runs);
  const champions = useTop(LISTS.champions, runs);
  const previous = quiet.top.data?.previous;
  const lastSeen = (row: ChangedUserRow) => lastSeenAt(row, latest.report_time);
  const shared = { against, totals };
  return (
    <section aria-labelledby="calls" class="block">
      <header class="head">
        <h2 id="calls">Who needs a call today</h2>
        <div class="bar small soft">
          <span>Compared with</span>
          <Choices
            label="Compared with"
            choices={Object.entries(COMPARISONS).map(([name, title]) => ({
              name: title,
              href: changed(place, { against: name === DEFAULT_COMPARISON ? undefined : name }),
              current: name === against,
            }))}
          />
          <span>
            {previous ? (
              <>
                <span class="mark accent">new</span> since {formatMoment(previous.report_time)}
              </>
            ) : (
              quiet.top.data && 'No report is kept of that time.'
            )}
          </span>
        </div>
      </header>
      <div class="columns calls">
        <TopOf list={LISTS.quiet} of={quiet} about={aboutQuiet(contactsOf(quiet))} {...shared} />
        <TopOf list={LISTS.shrinking} of={shrinking} about={departuresOf} {...shared} />
        <TopOf list={LISTS.slipping} of={slipping} about={lastSeen} {...shared} />
        <TopOf list={LISTS.champions} of={champions} about={activeDays} {...shared} />
      </div>
    </section>
  );
}

const LISTS = {
  quiet: { subject: 'org', report: 'churn', interval: '7', newFirst: true, hasContacts: true },
  // Organizations that gained more people than they lost need no call.
  shrinking: { subject: 'org', report: 'attrition', interval: '30', newFirst: true, netLoss: true },
  slipping: { subject: 'user', report: 'churn', interval: '7', newFirst: true },
  champions: { subject: 'user', report: 'champion', interval: '30' },
} as const satisfies Record<string, AskedList>;

const aboutQuiet =
  (contacts: ContactsByOrg) =>
  ({ org_id: id, num_users: members }: ChangedOrgRow) => {
    const contact = contacts.get(id);
    return (
      <>
        <Term name="num_users">{formatCount(members, 'member')}</Term>
        {contact && (
          <>
            {', '}
            <QuietSince of={contact} />
            <span class="block-line contacts">
              <Contacts of={contact} most={1} />
            </span>
          </>
        )}
      </>
    );
  };

function departuresOf({ extra_properties: numbers }: ChangedOrgRow) {
  return (
    <>
      <Term name="num_users_removed">{formatNumber(numbers['num_users_removed'] ?? 0)} left</Term>,{' '}
      <Term name="num_users_added">{formatNumber(numbers['num_users_added'] ?? 0)} joined</Term>
    </>
  );
}

function lastSeenAt({ last_active_at: at, org_data: orgs }: ChangedUserRow, reportTime: number) {
  return (
    <>
      <OrgNames orgs={orgs} />
      <Term name="last_active_at">{formatAgo(at, reportTime)}</Term>
    </>
  );
}

function activeDays({ extra_properties: numbers, org_data: orgs }: ChangedUserRow) {
  return (
    <>
      <OrgNames orgs={orgs} />
      <Term name="num_active_days">
        {formatCount(numbers['num_active_days'] ?? 0, 'active day')}
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
