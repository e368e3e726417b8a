import type {
  ChangedOrgRow,
  ChangedUserRow,
  ChangeFilter,
  OrgContacts,
  ReportChanges,
  Subject,
} from '#libs/contracts';
import { useResource, type Resource } from '../../api/resource.js';
import { contactsByOrg, type ContactsByOrg } from '../../components/contacts.js';
import { addressOf } from '../../routing/location.js';

const ROWS = 5;

/** A report that the overview shows the first rows of. */
export interface AskedList {
  subject: Subject;
  report: string;
  interval: string;
  /** Whether new rows come first, before the top of the list. */
  newFirst?: boolean;
  /** Only organizations that lost more people than joined. */
  netLoss?: boolean;
  /** Whether to load the contacts. */
  hasContacts?: boolean;
}

export interface Top {
  top: Resource<ReportChanges>;
  entered: Resource<ReportChanges>;
  contacts: Resource<OrgContacts>;
  contactsOfEntered: Resource<OrgContacts>;
}

export type Row = ChangedUserRow | ChangedOrgRow;

/** The API path of the first rows of a report. */
export function changesPath(
  { subject, report, interval, netLoss }: AskedList,
  runs: { run_id: string; compare_to: string },
  rows: number,
  change?: ChangeFilter,
  part = '',
): string {
  const asked = { interval, ...runs, net_loss: netLoss ? 'true' : undefined, page_size: rows };
  return addressOf(`/api/insights/v1/reports/${subject}/${report}${part}`, { ...asked, change });
}

/** Loads the first rows of a report, and the first of its new rows. */
export function useTop(list: AskedList, runs: { run_id: string; compare_to: string }): Top {
  const { newFirst, hasContacts } = list;
  const path = (change?: ChangeFilter, part = '') => changesPath(list, runs, ROWS, change, part);
  return {
    top: useResource(path()),
    entered: useResource(newFirst ? path('entered') : undefined),
    contacts: useResource(hasContacts ? path(undefined, '/contacts') : undefined),
    contactsOfEntered: useResource(
      hasContacts && newFirst ? path('entered', '/contacts') : undefined,
    ),
  };
}

export function contactsOf({ contacts, contactsOfEntered }: Top): ContactsByOrg {
  return contactsByOrg(contacts.data, contactsOfEntered.data);
}

/** The new rows of a list, then its top, without duplicates. */
export function firstRows<R extends Row>(
  { entered: { data: entered } }: Top,
  top: ReportChanges,
): R[] {
  const rows = [...(entered?.counts ? entered.rows : []), ...top.rows] as R[];
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, ROWS);
}
