import type { Api, Reply } from './api.js';
import { ask } from './database.js';

type Subject = 'user' | 'org';

/** A page of a report under conditions. */
interface SegmentedPage {
  total_count: number;
  counts: { entered: number; moved: number; left: number } | null;
  rows: { user_id?: string; org_id?: string; rank: number | null; change: string | null }[];
}

/** Asks for a report under conditions. @param where conditions, or the text of the parameter */
export function segmented(
  api: Api,
  report: string,
  where: unknown,
  query = '',
): Promise<Reply<SegmentedPage>> {
  const text = typeof where === 'string' ? where : JSON.stringify(where);
  const path = `/api/insights/v1/reports/${report}?page_size=100&where=${encodeURIComponent(text)}&${query}`;
  return api.get<SegmentedPage>(path);
}

/** The ids in a report that satisfy conditions, sorted. Fails unless the total count is their number. */
export async function idsIn(api: Api, report: string, where: unknown): Promise<string[]> {
  const { status, body } = await segmented(api, report, where);
  const ids = body.rows?.map((row) => row.user_id ?? row.org_id!);
  if (status !== 200 || ids.length !== body.total_count)
    throw new Error(`${JSON.stringify(where)}: ${status} ${JSON.stringify(body)}`);
  return ids.sort();
}

/** Excludes users or orgs as the rules do, or includes them again. */
export async function exclude(
  url: string,
  subject: Subject,
  id: string,
  bit: 0 | 1,
): Promise<void> {
  const key = await keyOf(url, subject, id);
  await ask(
    url,
    `insert into excluded_${subject}s as x (block, bits)
    values ($1::int >> 12, set_bit(0::bit(4096), $1 & 4095, $2))
    on conflict (block) do update set bits = set_bit(x.bits, $1 & 4095, $2)`,
    [key, bit],
  );
  await ask(url, 'update exclusions set changes = changes + 1');
}

/** The key of a user or org. Citus has no subqueries in an insert. */
async function keyOf(url: string, subject: Subject, id: string): Promise<number> {
  const rows = await ask<{ id: number }>(
    url,
    `select id from ${subject}_ids where ${subject}_id = $1`,
    [id],
  );
  return rows[0]!.id;
}

/** Stores the domains of e-mails that have none yet. */
export async function fillDomains(url: string): Promise<void> {
  const domain = `lower(substring(email from '@([^@]*)$'))`;
  await ask(
    url,
    `update user_profiles set email_domain = ${domain} where email is not null and email_domain is distinct from ${domain}`,
  );
}

/** Stores that an org was active on a day, for the charts. */
export async function markOrgActive(url: string, orgId: string, day: string): Promise<void> {
  await ask(
    url,
    `insert into org_activity as a (day, block, bits)
    values ($2, $1::int >> 12, set_bit(0::bit(4096), $1 & 4095, 1))
    on conflict (day, block) do update set bits = a.bits | excluded.bits`,
    [await keyOf(url, 'org', orgId), day],
  );
}
