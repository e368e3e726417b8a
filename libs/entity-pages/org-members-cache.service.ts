import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  StoreChanged,
  canResumeFrom,
  changedRowsSince,
  currentReadPoint,
  currentWitnesses,
  exclusionsState,
  expectPresent,
  findOrg,
  orgMembers,
  type KnownOrg,
} from '#libs/facts';
import { Database, type Connection } from '#libs/database';
import { ApiError } from '#libs/contracts';
import { SETTINGS, type Settings } from '#libs/platform';
import { MemberActivity, type ReadDays } from './member-activity.js';
import { newList, withChanged, type OrgMembersList, type ReadState } from './org-members-list.js';
import type { MemberDays } from './story/member-days.js';

/**
 * Orgs with this many members are cached. A page of 50,000 members takes 2 s of CPU on a busy machine when everything is read, and
 * 0.35 s when only the changes are.
 */
const LARGE = 5_000;
/** A member takes about 400 bytes. */
const KEPT_MEMBERS = 150_000;
/** With more changed facts since it was read, a list is read again. */
const MAX_CHANGES = 10_000;
const ATTEMPTS = 3;

/** What is kept of a large org. */
interface LargeOrg {
  list: OrgMembersList;
  activity?: MemberActivity;
}

/**
 * Current and former members of orgs, and their activity. Those of large orgs stay in memory; each reading applies the facts that
 * changed since the one before it, so it equals a reading of everything.
 */
@Injectable()
export class OrgMembersCache {
  private readonly large = new LRUCache<number, LargeOrg>({
    maxSize: KEPT_MEMBERS,
    sizeCalculation: ({ list }) => list.room,
  });
  /** The latest reading of each large org. Readings of one org take turns: the first one applies the changes. */
  private readonly turns = new Map<number, Promise<unknown>>();

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'OWNER_ROLES'>,
  ) {}

  /**
   * Reads an org and its members and calls `work`, which reads more by their keys. Repeats this when the
   * store went back or was replaced in the meantime: keys then mean other users and orgs. Also repeats it when the
   * exclusion rules changed.
   * @throws ApiError `not_found` for an unknown or excluded org, `unavailable` after three attempts
   */
  async reading<T>(
    orgId: string,
    work: (org: KnownOrg, list: OrgMembersList) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const org = await this.find(orgId);
      const list = await this.members(org.key);
      const result = await work(org, list);
      const isSame = (await this.find(orgId)).key === org.key && (await this.followsRules(list));
      if (isSame && (await this.isCurrent(list))) return result;
    }
    throw new ApiError(
      'unavailable',
      'The store or the exclusion rules changed during the request. Try again.',
      {
        retryAfterSeconds: 1,
      },
    );
  }

  /** Whether the keys of a list still mean the same users. Check it after reading by these keys. */
  async isCurrent({ witnesses }: OrgMembersList): Promise<boolean> {
    try {
      await expectPresent(this.database.pool, witnesses);
      return true;
    } catch (error) {
      if (error instanceof StoreChanged) return false;
      throw error;
    }
  }

  private async find(orgId: string): Promise<KnownOrg> {
    const org = await findOrg(this.database.pool, orgId);
    if (!org) throw new ApiError('not_found', 'No organization with this id is known.');
    if (org.isExcluded) throw new ApiError('not_found', 'This organization is excluded.');
    return org;
  }

  /** The days on which each member was active and named this org or no org. */
  async daysOf(list: OrgMembersList, days: ReadDays): Promise<MemberDays> {
    const { orgKey, positions } = list;
    const known = this.large.get(orgKey);
    // Otherwise the org was read again, with other positions.
    const isKept = known?.list.positions === positions;
    if (!isKept)
      return this.database.transaction(async (db) =>
        (await MemberActivity.read(db, list, days)).days(),
      );
    return this.inTurn(orgKey, () =>
      this.database.transaction(async (db) => {
        const { activity } = known;
        // Until it succeeds, the activity may lack changes.
        delete known.activity;
        const isUpdated = (await activity?.update(db, known.list, days)) ?? false;
        const current = isUpdated ? activity! : await MemberActivity.read(db, known.list, days);
        known.activity = current;
        return current.days();
      }),
    );
  }

  private async members(orgKey: number): Promise<OrgMembersList> {
    if (!this.large.has(orgKey)) return this.read(orgKey);
    return this.inTurn(orgKey, async () => {
      const known = this.large.get(orgKey);
      const list = known && (await this.updated(known.list));
      if (!list) return this.read(orgKey);
      known.list = list;
      return list;
    });
  }

  private async read(orgKey: number): Promise<OrgMembersList> {
    const list = await this.database.transaction(async (db) => {
      const state = await stateOf(db);
      return newList(orgKey, await orgMembers(db, orgKey, this.settings.OWNER_ROLES), state);
    });
    if (list.members.length >= LARGE) this.large.set(orgKey, { list });
    else this.large.delete(orgKey);
    return list;
  }

  /** The list as of now; undefined when it must be read as a whole: a change of another kind, or many. */
  private updated(list: OrgMembersList): Promise<OrgMembersList | undefined> {
    const { orgKey, positions, readPoint } = list;
    return this.database.transaction(async (db) => {
      const state = await stateOf(db);
      if (state.exclusions !== list.exclusions) return undefined;
      if (!canResumeFrom(readPoint, state.readPoint)) return undefined;
      const changes = await changedRowsSince(db, readPoint, ['users', 'memberships'], MAX_CHANGES);
      if (!changes) return undefined;
      const keys = new Set(
        changes.flatMap(({ keys: changed, orgKeys }) =>
          changed.filter((key, index) =>
            orgKeys ? orgKeys[index] === orgKey : positions.has(key),
          ),
        ),
      );
      const { OWNER_ROLES } = this.settings;
      const changed = keys.size === 0 ? [] : await orgMembers(db, orgKey, OWNER_ROLES, [...keys]);
      return withChanged(list, changed, state);
    });
  }

  /** Calls `work` after the earlier readings of the org. */
  private inTurn<T>(orgKey: number, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(orgKey) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.turns.set(orgKey, turn);
    const end = () => {
      if (this.turns.get(orgKey) === turn) this.turns.delete(orgKey);
    };
    turn.then(end, end);
    return turn;
  }

  /** Whether a list follows the current exclusion rules. */
  private async followsRules({ exclusions }: OrgMembersList): Promise<boolean> {
    return (await exclusionsState(this.database.pool)) === exclusions;
  }
}

/** Read before the facts: later readings find what changed meanwhile. */
async function stateOf(db: Connection): Promise<ReadState> {
  return {
    readPoint: await currentReadPoint(db),
    witnesses: await currentWitnesses(db),
    exclusions: await exclusionsState(db),
  };
}
