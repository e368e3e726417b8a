import { copyRows, type CopiedRow, type Connection } from '#libs/database';
import type { Deletions, PerSubject } from './deletions.js';
import { DEFAULT_ROLE, replay, type Span, type TimedStep } from '../membership/replay.js';
import { ownershipsOf, type Ownership } from '../membership/ownerships.js';
import { OwnerRoles } from '../membership/owner-roles.js';
import { isLater, versionTime, type Version } from '../membership/version.js';
import {
  ReusedSteps,
  onlyAddition,
  onlyRole,
  orderedSteps,
  unpackSteps,
  type Slice,
} from '../membership/steps.js';

const NO_ROLES = new OwnerRoles([]);

export const SCAN_MEMBERSHIPS = 'select user_key, org_key, steps from memberships';
/**
 * Receives the spans of one (user, org) pair, without roles. The spans are only valid during the
 * call.
 */
export type OnPair = (userKey: number, orgKey: number, spans: readonly Span[]) => void;

/**
 * Receives the spans of one (user, org) pair, without roles, and all its steps in their order, those after a deletion too.
 * Both are only valid during the call.
 */
export type OnPairWithSteps = (
  userKey: number,
  orgKey: number,
  spans: readonly Span[],
  steps: readonly TimedStep[],
) => void;

/** Receives the ownerships of the pairs that have any; they are only valid during the call. */
export interface OwnershipReader {
  roles: OwnerRoles;
  onOwnerships: (userKey: number, orgKey: number, ownerships: readonly Ownership[]) => void;
}

/**
 * Streams the spans of each selected pair, unordered. Steps after a deletion do not count. They are
 * compared by version, because times can be equal.
 * @param select with the columns of `SCAN_MEMBERSHIPS`
 * @param owners receives the ownerships of a pair before its spans
 */
export async function scanMemberships(
  db: Connection,
  select: string,
  { users, orgs }: PerSubject<Deletions>,
  onPair: OnPair,
  owners?: OwnershipReader,
): Promise<void> {
  const reused = new ReusedSteps();
  const { roles } = owners ?? { roles: NO_ROLES };
  const addition = new OnlyAddition(roles);
  await copyRows(db, select, (row) => {
    const user = row.int();
    const org = row.int();
    row.pass();
    const end = earlier(users.of(user), orgs.of(org));
    if (!end && addition.read(row)) {
      if (addition.isOwner) owners?.onOwnerships(user, org, addition.ownerships);
      onPair(user, org, addition.spans);
      return;
    }
    const steps = stepsBefore(end, row, reused, roles);
    const closedAt = end && versionTime(end);
    if (owners && roles.mayOwn(steps)) {
      const known = ownershipsOf(steps, roles.names, closedAt);
      if (known.length > 0) owners.onOwnerships(user, org, known);
    }
    onPair(user, org, replay(steps, closedAt));
  });
}

/**
 * The span and the ownership of a pair whose only step is an addition, in the same objects for all pairs: four of five pairs
 * are such. With a replay of each, a first run collects garbage twice as often.
 */
class OnlyAddition {
  isOwner = false;
  private readonly span: Span;
  private readonly ownership: Ownership = { from: 0, to: Infinity };
  readonly spans: readonly Span[];
  readonly ownerships: readonly Ownership[] = [this.ownership];

  constructor(private readonly roles: OwnerRoles) {
    this.span = { from: 0, to: Infinity, role: DEFAULT_ROLE, openedAt: 0, isAddition: true };
    this.spans = [this.span];
  }

  /** @returns false for other steps */
  read(steps: Slice): boolean {
    const at = onlyAddition(steps);
    if (Number.isNaN(at)) return false;
    this.span.from = this.span.openedAt = this.ownership.from = at;
    this.isOwner = this.roles.names.has(onlyRole(steps, this.roles.nameOf) ?? DEFAULT_ROLE);
    return true;
  }
}

/**
 * `scanMemberships` with the deletions in the rows, for a part of the memberships: all deletions of a store take longer.
 * @param select user, org, their `deleted_stamp`, and steps
 */
export async function scanWithDeletions(
  db: Connection,
  select: string,
  onPair: OnPairWithSteps,
): Promise<void> {
  const reused = new ReusedSteps();
  await copyRows(db, select, (row) => {
    const [user, org] = [row.int(), row.int()];
    const end = earlier(row.bytesOrNull(), row.bytesOrNull());
    row.pass();
    const steps = stepsBefore(undefined, row, reused, NO_ROLES);
    const counted = end ? decoded(end, row) : steps;
    onPair(user, org, replay(counted, end && versionTime(end)), steps);
  });
}

/** @param row just past the steps */
function stepsBefore(
  end: Version | undefined,
  row: CopiedRow,
  reused: ReusedSteps,
  roles: OwnerRoles,
): readonly TimedStep[] {
  const steps = orderedSteps(row, reused, roles.nameOf);
  // When all times are before the deletion, versions need not be compared.
  if (steps && !(end && steps.at(-1)!.at >= versionTime(end))) return steps;
  return decoded(end, row);
}

/** The steps of a pair up to a deletion, in order, with roles. */
function decoded(end: Version | undefined, row: CopiedRow): TimedStep[] {
  return unpackSteps(row.source.subarray(row.start, row.end))
    .filter(({ version }) => !(end && isLater(version, end)))
    .map(({ version, kind, role }) => ({ at: versionTime(version), kind, role }));
}

function earlier(one: Version | undefined, other: Version | undefined): Version | undefined {
  if (!one || !other) return one ?? other;
  return isLater(one, other) ? other : one;
}
