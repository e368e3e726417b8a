import type { ChangedOrgRow, ChangedUserRow } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { Champion, Contacts, LastActive, type ContactsByOrg } from '../../components/contacts.js';
import {
  dayOf,
  formatAgo,
  formatCount,
  formatDay,
  formatNumber,
  formatShare,
} from '../../labels/format.js';
import { Term } from '../../labels/terms.js';

/** What a line of a list says about an organization or a user. */
type About<Row> = (row: Row) => ComponentChildren;

const numberOf = ({ extra_properties: values }: ChangedOrgRow | ChangedUserRow, name: string) =>
  Number((values as Record<string, unknown>)[name] ?? 0);

function Call({ contacts, row }: { contacts: ContactsByOrg; row: ChangedOrgRow }) {
  const contact = contacts.get(row.org_id);
  if (!contact) return null;
  return (
    <span class="block-line contacts">
      <Contacts of={contact} most={1} />
    </span>
  );
}

export const aboutQuiet =
  (contacts: ContactsByOrg): About<ChangedOrgRow> =>
  (row) => {
    const contact = contacts.get(row.org_id);
    return (
      <>
        <Term name="num_users">{formatCount(row.num_users, 'member')}</Term>
        {contact && (
          <>
            {', '}
            <LastActive of={contact} isQuiet />
          </>
        )}
        <Call contacts={contacts} row={row} />
      </>
    );
  };

/** "12 to 7 active users, −42 %". */
export const aboutSlipping =
  (contacts: ContactsByOrg): About<ChangedOrgRow> =>
  (row) => {
    const [before, active] = [numberOf(row, 'num_active_before'), numberOf(row, 'num_active')];
    return (
      <>
        <Term name="num_active_before">{formatNumber(before)}</Term> to{' '}
        <Term name="num_active">{formatCount(active, 'active user')}</Term>
        {before > 0 && `, ${formatShare(active / before - 1)}`}
        <Call contacts={contacts} row={row} />
      </>
    );
  };

export const aboutChampion =
  (contacts: ContactsByOrg): About<ChangedOrgRow> =>
  (row) => (
    <>
      <Champion of={contacts.get(row.org_id)} />,{' '}
      <Term name="champion_active_days">
        {formatCount(numberOf(row, 'num_active_days'), 'active day')}
      </Term>
      <Call contacts={contacts} row={row} />
    </>
  );

export const aboutOwner =
  (contacts: ContactsByOrg): About<ChangedOrgRow> =>
  (row) => (
    <>
      <Term name="lost_at">lost on {formatDay(dayOf(numberOf(row, 'lost_at')))}</Term>
      <Call contacts={contacts} row={row} />
    </>
  );

export const departuresOf: About<ChangedOrgRow> = (row) => (
  <>
    <Term name="num_users_removed">{formatNumber(numberOf(row, 'num_users_removed'))} left</Term>,{' '}
    <Term name="num_users_added">{formatNumber(numberOf(row, 'num_users_added'))} joined</Term>
  </>
);

export const lastSeenAt =
  (reportTime: number): About<ChangedUserRow> =>
  ({ last_active_at: at, org_data: orgs }) => (
    <>
      <OrgNames orgs={orgs} />
      <Term name="last_active_at">{formatAgo(at, reportTime)}</Term>
    </>
  );

export const activeDays: About<ChangedUserRow> = (row) => (
  <>
    <OrgNames orgs={row.org_data} />
    <Term name="num_active_days">
      {formatCount(numberOf(row, 'num_active_days'), 'active day')}
    </Term>
  </>
);

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
