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
  type OrgMember,
  type ReadPoint,
  type Witnesses,
} from '#libs/facts';
import { Database } from '#libs/database';
import { ApiError } from '#libs/contracts';
import { SETTINGS, type Settings } from '#libs/platform';

/** All current and former members of an org. */
export interface OrgMembersList {
  orgKey: number;
  /** Ordered by key. */
  members: OrgMember[];
  /** The keys of the members. */
  keys: Int32Array;
  /** The positions in `members` of the existing users with an open span. */
  present: Int32Array;
  /** The number of open spans, of deleted users and ids known only by mention too. */
  numUsers: number;
  /** The read point, not later than the data. */
  picture: ReadPoint;
  /** The witnesses of the keys of all members. */
  witnesses: Witnesses;
  /** The state of the excluded users and orgs that the list follows. */
  exclusions: string;
}

/** Orgs with this many members are cached. Reading 50,000 members takes a tenth of a second, for each request of a page. */
const LARGE = 5_000;
const KEPT_MEMBERS = 200_000;
/** With more changed facts since it was read, a list is read again. */
const MAX_CHANGES = 10_000;
const ATTEMPTS = 3;

/** Current and former members of orgs. The lists of large orgs are cached until one of their facts changes. */
@Injectable()
export class OrgMembersCache {
  private readonly large = new LRUCache<number, OrgMembersList>({
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
    const shared = begun && (await begun);
    // A fact may have changed since that read began.
    if (shared && (await this.isTrue(shared))) return shared;
    const reading = this.read(orgKey).finally(() => this.begun.delete(orgKey));
    this.begun.set(orgKey, reading);
    const list = await reading;
    if (list.members.length >= LARGE) this.large.set(orgKey, list);
    return list;
  }

  /** Whether a cached list equals one that would be read now. */
  private async isTrue({ orgKey, keys, picture, exclusions }: OrgMembersList): Promise<boolean> {
    return this.database.transaction(async (db) => {
      if ((await exclusionsState(db)) !== exclusions) return false;
      if (!canResumeFrom(picture, await currentReadPoint(db))) return false;
      const changes = await changedRowsSince(db, picture, ['users', 'memberships'], MAX_CHANGES);
      return (
        changes?.every((change) =>
          change.orgKeys
            ? !change.orgKeys.includes(orgKey)
            : !change.keys.some((key) => includes(keys, key)),
        ) ?? false
      );
    });
  }

  /** Whether a list follows the current exclusion rules. */
  private async followsRules({ exclusions }: OrgMembersList): Promise<boolean> {
    return (await exclusionsState(this.database.pool)) === exclusions;
  }

  private async read(orgKey: number): Promise<OrgMembersList> {
    return this.database.transaction(async (db) => {
      const picture = await currentReadPoint(db);
      const witnesses = await currentWitnesses(db);
      const exclusions = await exclusionsState(db);
      const members = await orgMembers(db, orgKey, this.settings.OWNER_ROLES);
      const open = Int32Array.from(members.keys()).filter(
        (position) => members[position]!.spans.at(-1)?.to === Infinity,
      );
      return {
        ...{ orgKey, members, picture, witnesses, exclusions },
        keys: Int32Array.from(members, ({ userKey }) => userKey),
        present: open.filter((position) => members[position]!.exists),
        numUsers: open.length,
      };
    });
  }
}

/** @param keys ascending */
function includes(keys: Int32Array, key: number): boolean {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return keys[low] === key;
}
