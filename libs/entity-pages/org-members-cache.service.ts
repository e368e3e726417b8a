import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  StoreChanged,
  areRowsRemovedSince,
  currentReadPoint,
  currentWitnesses,
  exclusionsVersion,
  expectPresent,
  findOrg,
  isStillThere,
  lastActiveOf,
  orgMembers,
  type KnownOrg,
  type OrgMember,
  type ReadPoint,
  type Span,
  type Witnesses,
} from '#libs/facts';
import { Database } from '#libs/database';
import { ApiError } from '#libs/contracts';
import { SETTINGS, type Settings } from '#libs/platform';

/** An existing user with an open span. */
export interface PresentMember {
  userKey: number;
  span: Span;
  /** Unix seconds. */
  lastActiveAt: number;
  /** The index in `members`. */
  position: number;
}

/** All current and former members of an org. */
export interface OrgMembersList {
  /** Ordered by id. */
  members: OrgMember[];
  /** The most recently active first; ties in the order of ids. */
  present: PresentMember[];
  /** The read point, not later than the data. */
  picture: ReadPoint;
  /** The witnesses of the keys of all members. */
  witnesses: Witnesses;
  /** The version of the exclusion rules that the list follows. */
  exclusions: number;
}

/** Orgs with this many members are cached. Reading 50,000 members takes a third of a second, too long per page. */
const LARGE = 5_000;
const KEPT_MS = 10_000;
const KEPT_MEMBERS = 200_000;
const ATTEMPTS = 3;

/** Current and former members of orgs. The list of a large org may be 10 seconds old, but never from another store. */
@Injectable()
export class OrgMembersCache {
  private readonly large = new LRUCache<number, OrgMembersList>({
    ttl: KEPT_MS,
    maxSize: KEPT_MEMBERS,
    sizeCalculation: ({ members }) => members.length,
  });
  private readonly begun = new Map<number, Promise<OrgMembersList>>();

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

  /** Concurrent requests for one org share one read. */
  private async members(orgKey: number): Promise<OrgMembersList> {
    const known = this.large.get(orgKey);
    if (known && (await this.isTrue(known))) return known;
    const begun = this.begun.get(orgKey);
    if (begun) return begun;
    const reading = this.read(orgKey).finally(() => this.begun.delete(orgKey));
    this.begun.set(orgKey, reading);
    const list = await reading;
    if (list.members.length >= LARGE) this.large.set(orgKey, list);
    return list;
  }

  /** Whether a cached list is of the current store and follows the current exclusion rules. In a restored or another store, keys mean other users and orgs. */
  private async isTrue(list: OrgMembersList): Promise<boolean> {
    const { pool } = this.database;
    if (!(await this.followsRules(list))) return false;
    return (
      (await isStillThere(pool, list.picture)) && !(await areRowsRemovedSince(pool, list.picture))
    );
  }

  /** Whether a list follows the current exclusion rules. */
  private async followsRules({ exclusions }: OrgMembersList): Promise<boolean> {
    return (await exclusionsVersion(this.database.pool)) === exclusions;
  }

  private async read(orgKey: number): Promise<OrgMembersList> {
    const [picture, witnesses, exclusions, members] = await this.database.transaction(
      async (db) => {
        const before = [
          await currentReadPoint(db),
          await currentWitnesses(db),
          await exclusionsVersion(db),
        ] as const;
        return [...before, await orgMembers(db, orgKey, this.settings.OWNER_ROLES)] as const;
      },
    );
    const present: PresentMember[] = [];
    for (const [position, { userKey, exists, spans }] of members.entries()) {
      const span = spans.at(-1);
      if (!exists || span?.to !== Infinity) continue;
      present.push({ userKey, span, lastActiveAt: 0, position });
    }
    const keys = present.map(({ userKey }) => userKey);
    const lastActive = await lastActiveOf(this.database.pool, keys);
    for (const member of present) member.lastActiveAt = lastActive.get(member.userKey)!;
    // The sort is stable, so ties stay in the order of ids.
    present.sort((one, other) => other.lastActiveAt - one.lastActiveAt);
    return { members, present, picture, witnesses, exclusions };
  }
}
