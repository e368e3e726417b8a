import type { ComponentChildren } from 'preact';
import type { ChangedOrgRow, ChangedUserRow, ReportChanges } from '#libs/contracts';
import { Org, Person } from '../../components/names.js';
import {
  Champion,
  Contacts,
  LastActive,
  isCalled,
  type ContactsByOrg,
  type OrgContact,
} from '../../components/contacts.js';
import { Link } from '../../routing/link.js';
import {
  dayOf,
  formatAgo,
  formatDay,
  formatMoment,
  formatNumber,
  formatSigned,
} from '../../labels/format.js';
import { orgAddress } from '../../labels/names.js';
import type { Column, ReportWords } from '../../labels/reports.js';
import { Term } from '../../labels/terms.js';
import { ChangeMark } from './change-mark.js';

type Row = ChangedUserRow | ChangedOrgRow;

interface Props {
  words: ReportWords;
  rows: readonly Row[];
  report: ReportChanges;
  contacts: ContactsByOrg;
}

/** The rows of a report in the order of their ranks. */
export function ReportTable({ words, rows, report, contacts }: Props) {
  const isUser = words.subject === 'user';
  // A phone has room only for the number that decides the rank.
  const hasOwnNumber = words.columns.length > 0;
  const hasContacts = isCalled(words);
  return (
    <div class="scroll">
      <table class="report">
        <caption class="unseen">{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <Term name="rank">Rank</Term>
            </th>
            <th scope="col">{isUser ? 'User' : 'Organization'}</th>
            {words.columns.map((column, index) => (
              <th key={column.name} scope="col" class={classOf(column, index)}>
                <Term name={termOf(column)}>{column.title}</Term>
              </th>
            ))}
            {hasContacts && (
              <th scope="col" class={hasOwnNumber ? 'wide-only' : undefined}>
                <Term name="contacts">Whom to call</Term>
              </th>
            )}
            {isUser ? <UserHeads {...{ hasOwnNumber }} /> : <OrgHeads {...{ hasOwnNumber }} />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} class={row.change === 'left' ? 'left' : undefined}>
              <td class="rank">
                {row.rank === null ? '–' : formatNumber(row.rank)}{' '}
                <ChangeMark row={row} meaning={words.meaning} />
              </td>
              <th scope="row">{'user_id' in row ? <Person user={row} /> : <Org org={row} />}</th>
              {words.columns.map((column, index) => (
                <td key={column.name} class={`${classOf(column, index)} strong`}>
                  {valueOf(row, column, contacts)}
                </td>
              ))}
              {'org_id' in row && hasContacts && (
                <CallCell contact={contacts.get(row.org_id)} {...{ hasOwnNumber }} />
              )}
              {'user_id' in row ? (
                <UserCells row={row} at={timeOf(row, report)} {...{ hasOwnNumber }} />
              ) : (
                <OrgCells row={row} {...{ hasOwnNumber }} />
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The moment of a row's numbers: rows that left have the numbers of the earlier report. */
const timeOf = ({ change }: Row, { report_time: at, previous }: ReportChanges): number =>
  change === 'left' && previous ? previous.report_time : at;

const classOf = ({ kind }: Column, index: number) =>
  `${kind === 'user' ? '' : 'number'}${index === 0 ? '' : ' wide-only'}`;
const termOf = ({ name, term }: Column) => term ?? name;

function valueOf(
  row: Row,
  { name, kind = 'number' }: Column,
  contacts: ContactsByOrg,
): ComponentChildren {
  const values: Record<string, number | string | null | undefined> = row.extra_properties;
  if (kind === 'user') {
    return <Champion of={'org_id' in row ? contacts.get(row.org_id) : undefined} />;
  }
  const number = (of: string) => Number(values[of] ?? 0);
  if (kind === 'moment') return formatDay(dayOf(number(name)));
  if (name !== 'net') return formatNumber(number(name));
  return formatSigned(number('num_users_added') - number('num_users_removed'));
}

interface OwnNumber {
  /** Whether the report has its own number that decides the rank. */
  hasOwnNumber: boolean;
}

const lastClass = (hasOwnNumber: boolean) => (hasOwnNumber ? 'number wide-only' : 'number');

function CallCell({ contact, hasOwnNumber }: { contact: OrgContact | undefined } & OwnNumber) {
  return (
    <td class={hasOwnNumber ? 'small wide-only' : 'small'}>
      {contact && (
        <>
          <LastActive of={contact} isQuiet={!hasOwnNumber} />
          <span class="soft block-line contacts">
            <Contacts of={contact} withMail />
          </span>
        </>
      )}
    </td>
  );
}

function UserHeads({ hasOwnNumber }: OwnNumber) {
  return (
    <>
      <th scope="col" class="wide-only">
        <Term name="org_data">Organizations</Term>
      </th>
      <th scope="col" class={lastClass(hasOwnNumber)}>
        <Term name="last_active_at">Last active</Term>
      </th>
      <th scope="col" class="number wide-only">
        <Term name="user_created_at">Created</Term>
      </th>
    </>
  );
}

function UserCells({ row, at, hasOwnNumber }: { row: ChangedUserRow; at: number } & OwnNumber) {
  return (
    <>
      <td class="wide-only">
        <span class="names">
          {row.org_data.map(({ org_id: id, display_name: name, user_role: role }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link href={orgAddress(id)} title={role}>
                <bdi>{name}</bdi>
              </Link>
            </span>
          ))}
        </span>
      </td>
      <td class={lastClass(hasOwnNumber)} title={formatMoment(row.last_active_at)}>
        {formatAgo(row.last_active_at, at)}
      </td>
      <td class="number wide-only">{formatDay(dayOf(row.user_created_at))}</td>
    </>
  );
}

function OrgHeads({ hasOwnNumber }: OwnNumber) {
  return (
    <>
      <th scope="col" class={lastClass(hasOwnNumber)}>
        <Term name="num_users">Members</Term>
      </th>
      <th scope="col" class="number wide-only">
        <Term name="org_created_at">Created</Term>
      </th>
    </>
  );
}

function OrgCells({ row, hasOwnNumber }: { row: ChangedOrgRow } & OwnNumber) {
  return (
    <>
      <td class={lastClass(hasOwnNumber)}>{formatNumber(row.num_users)}</td>
      <td class="number wide-only">{formatDay(dayOf(row.org_created_at))}</td>
    </>
  );
}
