import type { SubscriptionMessage } from '#libs/contracts';
import type { Contact } from '../contacts.service.js';
import type { Outgoing } from '../target.js';
import { plain } from './plain.js';
import { aboutOrg, aboutUser } from './row-words.js';
import { changesInWords, formatMoment, formatNumber, heading, listName, wordsOf } from './words.js';

/** Characters of a name that are shown. */
const MAX_NAME = 100;

/** A message as a person reads it. All texts are single lines without control characters, and are not escaped. */
export interface Digest {
  /** The name of the subscription. */
  name: string;
  /** "3 organizations went quiet, 1 came back". */
  headline: string;
  /** "Organizations that went quiet (30 days)". */
  list: string;
  /** "29 Dec 2025, 09:00 to 5 Jan 2026, 09:00 (Europe/Berlin)". */
  period?: string | undefined;
  /** A sentence instead of rows, or before them. */
  notice?: string | undefined;
  groups: DigestGroup[];
  /** The number of changes that are not shown. */
  more: number;
  /** The comparison of the two runs in the dashboard. */
  link?: string | undefined;
}

export interface DigestGroup {
  /** "Went quiet". */
  title: string;
  change: 'entered' | 'left';
  rows: DigestRow[];
}

export interface DigestRow {
  name: string;
  /** Its page in the dashboard. */
  link?: string | undefined;
  /** Facts such as "12 members", or the e-mail address of a user. */
  about: string;
  /** The organizations of a user. */
  orgs: string;
  /** "5 Jan 2026". */
  lastActive?: string | undefined;
  contacts: Contact[];
}

export interface DigestOptions {
  /** The address of the dashboard with a slash at its end. */
  base?: string | undefined;
  timeZone: string;
  maxRows: number;
}

type Data = SubscriptionMessage['data'];
type Row = Data['entered'][number];

/** The rows of a message that are shown, those that entered first. */
export function shownRows({ entered, left }: Data, max: number): { entered: Row[]; left: Row[] } {
  const first = entered.slice(0, max);
  return { entered: first, left: left.slice(0, max - first.length) };
}

/** @param contacts of the shown orgs, by id */
export function digestOf(
  { message: { type, data }, subscription }: Outgoing,
  contacts: ReadonlyMap<string, Contact[]>,
  options: DigestOptions,
): Digest {
  const { report, interval, counts } = data;
  const subject = report.startsWith('org/') ? 'org' : 'user';
  const shown = shownRows(data, options.maxRows);
  const rowOf = (row: Row) => digestRow(row, contacts, options);
  const words = wordsOf(report);
  const groups: DigestGroup[] = [
    { change: 'entered', title: heading(words.entered.many), rows: shown.entered.map(rowOf) },
    { change: 'left', title: heading(words.left), rows: shown.left.map(rowOf) },
  ];
  const rows = shown.entered.length + shown.left.length;
  return {
    name: plain(subscription.name, MAX_NAME),
    headline: changesInWords(subject, report, counts) ?? 'No changes',
    list: listName(report, interval),
    groups: groups.filter((group) => group.rows.length > 0),
    more: Math.max(0, counts.entered + counts.left - rows),
    link: comparisonLink(data, subscription, options.base),
    ...periodOf(data, options.timeZone),
    ...(type === 'subscription.test' && TEST),
  };
}

const TEST = {
  headline: 'Test message',
  notice: 'This is a test: messages of this subscription arrive here.',
} as const;
const REBASED = {
  headline: 'The list was read again',
  notice:
    'The conditions or the exclusion rules differ from those of the last message. ' +
    'The list was read again, and no changes are given for this time.',
} as const;

function periodOf({ from, to, counts, rebased }: Data, timeZone: string): Partial<Digest> {
  const moment = ({ report_time }: NonNullable<Data['from']>) =>
    formatMoment(report_time, timeZone);
  const period = from && to ? `${moment(from)} to ${moment(to)} (${timeZone})` : undefined;
  if (rebased) return { ...REBASED, period };
  if (counts.entered + counts.left > 0 || !from) return { period };
  return { period, notice: `No changes since ${moment(from)}.` };
}

function digestRow(
  row: Row,
  contacts: ReadonlyMap<string, Contact[]>,
  { base, timeZone }: DigestOptions,
): DigestRow {
  if ('org_id' in row) {
    return {
      name: plain(row.name, MAX_NAME) || plain(row.org_id, MAX_NAME),
      link: pageLink(base, 'orgs', row.org_id),
      contacts: contacts.get(row.org_id) ?? [],
      ...aboutOrg(row, timeZone),
    };
  }
  const { name, ...about } = aboutUser(row, timeZone);
  return { name, link: pageLink(base, 'users', row.user_id), contacts: [], ...about };
}

function pageLink(base: string | undefined, room: string, id: string): string | undefined {
  return base === undefined ? undefined : `${base}${room}/${encodeURIComponent(id)}`;
}

function comparisonLink(
  { report, interval, from, to, counts }: Data,
  { where, segment }: Outgoing['subscription'],
  base: string | undefined,
): string | undefined {
  if (base === undefined) return undefined;
  const { entered, left } = counts;
  const change = left === 0 && entered > 0 ? 'entered' : left > 0 && entered === 0 ? 'left' : '';
  const query = {
    interval,
    ...(to && { run: to.run_id }),
    ...(from && { against: from.run_id }),
    ...(change !== '' && { change }),
    ...(where && where.length > 0 && { where: JSON.stringify(where) }),
    ...(segment && { segment }),
  };
  return `${base}reports/${report}?${new URLSearchParams(query).toString()}`;
}

/** "and 990 more"; undefined when everything is shown. */
export function moreInWords({ more, groups }: Digest): string | undefined {
  if (more === 0 || groups.length === 0) return undefined;
  return `and ${formatNumber(more)} more`;
}
