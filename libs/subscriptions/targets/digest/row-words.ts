import type { ChangedOrgRow, ChangedUserRow } from '#libs/contracts';
import { plain } from './plain.js';
import { formatCount, formatDate, formatNumber } from './words.js';

const MAX_NAME = 100;
/** The organizations of a user that are named. */
const MAX_ORGS = 3;

interface Profile {
  user_id: string;
  email: string | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** The display name of a user: the name, else the username, else the e-mail address, else the id. */
export function userName({ first_name, last_name, username, email, user_id }: Profile): string {
  const name = `${first_name ?? ''} ${last_name ?? ''}`;
  const found = [name, username, email].map((one) => plain(one ?? '', MAX_NAME)).find(Boolean);
  return found ?? plain(user_id, MAX_NAME);
}

/** The members and the measure of an org. */
export function aboutOrg(row: ChangedOrgRow, timeZone: string): { about: string; orgs: string } {
  const { extra_properties: extra, num_users } = row;
  const facts = [formatCount(num_users, 'member')];
  if (extra.num_users_added !== undefined)
    facts.push(`${formatNumber(extra.num_users_added)} joined`);
  if (extra.num_users_removed !== undefined)
    facts.push(`${formatNumber(extra.num_users_removed)} left`);
  if (extra.num_active !== undefined) {
    const before = formatNumber(extra.num_active_before ?? 0);
    facts.push(`${formatCount(extra.num_active, 'active user')}, ${before} before`);
  }
  if (extra.lost_at !== undefined) facts.push(`lost on ${formatDate(extra.lost_at, timeZone)}`);
  if (extra.score !== undefined) facts.push(`health ${extra.score}`);
  return { about: facts.join(', '), orgs: '' };
}

/** The name, the address with the measure, the organizations and the last activity of a user. */
export function aboutUser(
  row: ChangedUserRow,
  timeZone: string,
): { name: string; about: string; orgs: string; lastActive: string | undefined } {
  const { extra_properties: extra, org_data, last_active_at } = row;
  const name = userName(row);
  const facts = [plain(row.email ?? '', MAX_NAME)].filter(
    (email) => email !== '' && email !== name,
  );
  if (extra.num_active_days !== undefined) {
    facts.push(formatCount(extra.num_active_days, 'active day'));
  }
  if (extra.num_invites !== undefined) facts.push(`${formatNumber(extra.num_invites)} invited`);
  const orgs = org_data.slice(0, MAX_ORGS).map(({ display_name }) => plain(display_name, MAX_NAME));
  if (org_data.length > MAX_ORGS) orgs.push(`and ${formatNumber(org_data.length - MAX_ORGS)} more`);
  const lastActive = last_active_at > 0 ? formatDate(last_active_at, timeZone) : undefined;
  return { name, about: facts.join(', '), orgs: orgs.join(', '), lastActive };
}
