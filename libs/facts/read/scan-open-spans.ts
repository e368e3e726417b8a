import { copyRows, literal, type Connection } from '#libs/database';
import { DEFAULT_ROLE, replay } from '../membership/replay.js';
import { onlyAddition, onlyRole, unpackSteps } from '../membership/steps.js';
import { isLater, versionTime, type Version } from '../membership/version.js';

const SCAN = `
  select m.user_key, m.org_key, u.deleted_stamp, o.deleted_stamp, m.steps
  from memberships m
  left join users u on u.id = m.user_key and u.deleted_stamp is not null
  left join orgs o on o.id = m.org_key and o.deleted_stamp is not null`;
const scanOf = (userKeys: readonly number[]) => `
  ${SCAN} where m.user_key in (select unnest(${literal.ints(userKeys)}))`;

/** Receives the open spans of a moment. */
export interface OnOpenSpan {
  open: (userKey: number, orgKey: number, role: string) => void;
  /** A user of whom a step or an org's deletion is dated after the moment. */
  ahead: (userKey: number) => void;
}

/**
 * Streams the spans that are open at a moment, unordered, at most one of each (user, org). Deleted users have none. Steps
 * after the moment do not count.
 * @param moment milliseconds since 1970, inclusive
 * @param userKeys only the spans of these users
 */
export async function scanOpenSpans(
  db: Connection,
  moment: number,
  { open, ahead }: OnOpenSpan,
  userKeys?: readonly number[],
): Promise<void> {
  await copyRows(db, userKeys ? scanOf(userKeys) : SCAN, (row) => {
    const [user, org] = [row.int(), row.int()];
    const isUserDeleted = row.bytesOrNull() !== undefined;
    const end = row.bytesOrNull();
    row.pass();
    if (isUserDeleted) return;
    // Most pairs have a single addition.
    if (!end && onlyAddition(row) <= moment) {
      open(user, org, onlyRole(row) ?? DEFAULT_ROLE);
      return;
    }
    const steps = row.source.subarray(row.start, row.end);
    const found = spanAt(moment, steps, end);
    if (found.isAhead) ahead(user);
    if (found.role !== undefined) open(user, org, found.role);
  });
}

/** The role of the span that is open at a moment, and whether anything is dated after it. */
function spanAt(
  moment: number,
  steps: Buffer,
  end: Version | undefined,
): { role?: string; isAhead: boolean } {
  const isEndAhead = end !== undefined && versionTime(end) > moment;
  const all = unpackSteps(steps).filter(({ version }) => !(end && isLater(version, end)));
  const past = all.filter(({ version }) => versionTime(version) <= moment);
  const isAhead = isEndAhead || past.length < all.length;
  if (end && !isEndAhead) return { isAhead };
  const timed = past.map(({ version, kind, role }) => ({ at: versionTime(version), kind, role }));
  const span = replay(timed).at(-1);
  return span?.to === Infinity ? { role: span.role, isAhead } : { isAhead };
}

const MEMBERS = 'select distinct user_key from memberships where org_key = any($1) limit $2';

/** The keys of all users with a membership step in some orgs; undefined when there are more than `most`. */
export async function membersOf(
  db: Connection,
  orgKeys: readonly number[],
  most: number,
): Promise<number[] | undefined> {
  if (orgKeys.length === 0) return [];
  const { rows } = await db.query<{ user_key: number }>(MEMBERS, [orgKeys, most + 1]);
  return rows.length > most ? undefined : rows.map((row) => row.user_key);
}
