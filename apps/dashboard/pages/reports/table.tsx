import type { ChangedOrgRow, ChangedUserRow } from '#libs/contracts';
import { Org, Person } from '../../parts/cards.js';
import { Link } from '../../routing/link.js';
import { now } from '../../words/clock.js';
import {
  dayOf,
  formatAgo,
  formatDay,
  formatMoment,
  formatNumber,
  formatSigned,
} from '../../words/format.js';
import { orgAddress } from '../../words/names.js';
import type { Column, ReportWords } from '../../words/reports.js';
import { Term } from '../../words/terms.js';
import { ChangeMark } from './change-mark.js';

type Row = ChangedUserRow | ChangedOrgRow;

/** The rows of a report as ranked. */
export function ReportTable({ words, rows }: { words: ReportWords; rows: readonly Row[] }) {
  const isUser = words.subject === 'user';
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
              <th key={column.name} scope="col" class={classOf(index)}>
                <Term name={termOf(column)}>{column.title}</Term>
              </th>
            ))}
            {isUser ? <UserHeads /> : <OrgHeads />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} class={row.change === 'left' ? 'left' : undefined}>
              <td class="rank">
                {row.rank === null ? '–' : formatNumber(row.rank)} <ChangeMark row={row} />
              </td>
              <th scope="row">{'user_id' in row ? <Person user={row} /> : <Org org={row} />}</th>
              {words.columns.map((column, index) => (
                <td key={column.name} class={`${classOf(index)} strong`}>
                  {valueOf(row, column)}
                </td>
              ))}
              {'user_id' in row ? <UserCells row={row} /> : <OrgCells row={row} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A phone has room for the number that ranks, not for the others. */
const classOf = (index: number) => (index === 0 ? 'number' : 'number wide-only');
const termOf = ({ name }: Column) => (name === 'net' ? 'net_users_change' : name);

function valueOf(row: Row, { name }: Column): string {
  const numbers: Record<string, number | undefined> = row.extra_properties;
  if (name !== 'net') return formatNumber(numbers[name] ?? 0);
  return formatSigned((numbers['num_users_added'] ?? 0) - (numbers['num_users_removed'] ?? 0));
}

function UserHeads() {
  return (
    <>
      <th scope="col" class="wide-only">
        <Term name="org_data">Organizations</Term>
      </th>
      <th scope="col" class="number">
        <Term name="last_active_at">Last active</Term>
      </th>
      <th scope="col" class="number wide-only">
        <Term name="user_created_at">Created</Term>
      </th>
    </>
  );
}

function UserCells({ row }: { row: ChangedUserRow }) {
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
      <td class="number" title={formatMoment(row.last_active_at)}>
        {formatAgo(row.last_active_at, now() / 1000)}
      </td>
      <td class="number wide-only">{formatDay(dayOf(row.user_created_at))}</td>
    </>
  );
}

function OrgHeads() {
  return (
    <>
      <th scope="col" class="number">
        <Term name="num_users">Members</Term>
      </th>
      <th scope="col" class="number wide-only">
        <Term name="org_created_at">Created</Term>
      </th>
    </>
  );
}

function OrgCells({ row }: { row: ChangedOrgRow }) {
  return (
    <>
      <td class="number">{formatNumber(row.num_users)}</td>
      <td class="number wide-only">{formatDay(dayOf(row.org_created_at))}</td>
    </>
  );
}
