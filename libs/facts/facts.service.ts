import { Injectable } from '@nestjs/common';
import type { EventOf, NativeEvent } from '#libs/contracts';
import { Instance, asArrays, type Connection, type Database, type Handing } from '#libs/platform';
import { packEntries } from './activity-entries.js';
import { appendActivity, commitActivity } from './activity-log.store.js';
import { noteMembers } from './activity.store.js';
import { FactBatch, type OrgChange, type UserChange } from './batch.js';
import { dropRepeats } from './identities.store.js';
import { IdStore } from './ids.store.js';
import { NO_ORG, addInvites, hashInvitee } from './invites.store.js';
import { addSteps, pseudonymizeSteps } from './memberships.store.js';
import { orgNames, upsertOrgs } from './orgs.store.js';
import { withoutAddresses } from './pseudonyms.js';
import { tracesOf, type Traces } from './traces.js';
import { eraseProfiles, upsertProfiles, upsertUsers } from './users.store.js';

/** The numbers behind the ids that a batch of events names. */
export interface ResolvedIds {
  users: ReadonlyMap<string, number>;
  orgs: ReadonlyMap<string, number>;
}

/** What a write did, for those who keep something about the same users and orgs. */
export interface Written {
  deletedUserIds: string[];
  deletedOrgIds: string[];
  traces: Traces;
  /** How many of the events had not come before. */
  fresh: number;
}

/** Writes events into the store as facts. */
@Injectable()
export class FactsService {
  constructor(
    private readonly ids: IdStore,
    private readonly instance: Instance,
  ) {}

  /** Gives every user and org named its number. Committed by itself: call it before the transaction. */
  async resolve(events: readonly NativeEvent[]): Promise<ResolvedIds> {
    const named = namedIds(events);
    // Read once and kept: a transaction must not wait for a second connection.
    await this.instance.inviteeHashKey();
    const [users, orgs] = await Promise.all([
      this.ids.userKeys(named.users),
      this.ids.orgKeys(named.orgs),
    ]);
    return { users, orgs };
  }

  /** The key of the hashes that stand for addresses. */
  hashKey(): Promise<Buffer> {
    return this.instance.inviteeHashKey();
  }

  /**
   * Writes a batch inside the caller's transaction: one statement a table, each in the order of its
   * key, the tables always in this order. So concurrent writers wait for each other but never in a
   * circle, and a batch repeated, split or reordered leaves the same facts.
   */
  async write(
    db: Connection,
    events: readonly NativeEvent[],
    ids: ResolvedIds,
    hand: Handing = asArrays,
  ): Promise<Written> {
    const named = await withoutAddresses(events, () => this.hashKey());
    return this.writeFresh(db, await dropRepeats(db, named, hand), ids, hand);
  }

  /**
   * As `write`, of `user.active` alone: one statement, which is its own transaction, so that what comes
   * most often costs least.
   */
  async commitActivity(
    database: Database,
    events: readonly EventOf<'user.active'>[],
    ids: ResolvedIds,
  ): Promise<void> {
    const told = events.map(({ data, at }) => ({ userId: data.user_id, at }));
    await commitActivity(database, packActivity(told, ids));
  }

  /** As `write`, of events whose identities need no looking up. */
  async writeFresh(
    db: Connection,
    events: readonly NativeEvent[],
    ids: ResolvedIds,
    hand: Handing = asArrays,
  ): Promise<Written> {
    const batch = new FactBatch(await withoutAddresses(events, () => this.hashKey()));
    const users = keyed(batch.users, ids.users);
    const orgs = keyed(batch.orgs, ids.orgs);
    const deletedUsers = users.filter((user) => user.change.deletion);
    const deletedOrgs = orgs.filter((org) => org.change.deletion);
    await upsertUsers(db, users, hand);
    const [userKeys, orgKeys] = [deletedUsers, deletedOrgs].map((all) => all.map(({ key }) => key));
    const known = await eraseProfiles(db, userKeys!);
    await upsertProfiles(db, users, hand);
    const names = await orgNames(db, orgKeys!);
    await upsertOrgs(db, orgs, hand);
    await appendActivity(db, packActivity(batch.activity, ids));
    await this.addPairs(db, batch, ids, hand);
    await pseudonymizeSteps(db, userKeys!, orgKeys!, () => this.hashKey());
    const changedOrgs = [...batch.steps.map((step) => ids.orgs.get(step.orgId)!), ...orgKeys!];
    await noteMembers(db, new Set(changedOrgs), userKeys!);
    return {
      deletedUserIds: deletedUsers.map((user) => user.id),
      deletedOrgIds: deletedOrgs.map((org) => org.id),
      traces: tracesOf(
        known,
        names,
        deletedUsers.map(({ change }) => change),
        deletedOrgs.map(({ change }) => change),
      ),
      fresh: events.length,
    };
  }

  private async addPairs(
    db: Connection,
    batch: FactBatch,
    ids: ResolvedIds,
    hand: Handing,
  ): Promise<void> {
    const steps = batch.steps.map((step) => ({
      ...step,
      userKey: ids.users.get(step.userId)!,
      orgKey: ids.orgs.get(step.orgId)!,
    }));
    await addSteps(db, steps, hand);
    if (batch.invites.length === 0) return;
    const hashKey = await this.hashKey();
    const invites = batch.invites.map((invite) => ({
      inviterKey: ids.users.get(invite.inviterId)!,
      orgKey: invite.orgId === undefined ? NO_ORG : ids.orgs.get(invite.orgId)!,
      inviteeHash: hashInvitee(hashKey, invite.inviteeEmail),
      at: invite.at,
    }));
    await addInvites(db, invites, hand);
  }
}

function namedIds(events: readonly NativeEvent[]): { users: Set<string>; orgs: Set<string> } {
  const users = new Set<string>();
  const orgs = new Set<string>();
  for (const { data } of events) {
    if ('user_id' in data) users.add(data.user_id);
    if ('inviter_user_id' in data) users.add(data.inviter_user_id);
    if ('org_id' in data && data.org_id !== undefined) orgs.add(data.org_id);
  }
  return { users, orgs };
}

function keyed<C extends UserChange | OrgChange>(
  changes: ReadonlyMap<string, C>,
  keys: ReadonlyMap<string, number>,
): { key: number; id: string; change: C }[] {
  return [...changes].map(([id, change]) => ({ key: keys.get(id)!, id, change }));
}

function packActivity(told: readonly { userId: string; at: number }[], ids: ResolvedIds): Buffer {
  return packEntries(told.length, (index) => {
    const { userId, at } = told[index]!;
    return { key: ids.users.get(userId)!, seconds: Math.floor(at / 1000) };
  });
}
