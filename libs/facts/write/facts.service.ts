import { Injectable } from '@nestjs/common';
import { unixSeconds, type EventOf, type NativeEvent } from '#libs/contracts';
import { Instance } from '#libs/platform';
import {
  viaUnnest,
  type Connection,
  type Database,
  type RowTransfer,
  type Queryable,
} from '#libs/database';
import { packActivity } from '../blocks/activity-entries.js';
import { appendActivity, commitActivity } from './activity-log.store.js';
import { queueDeletions, queueSteps, queueUsers } from './activity.store.js';
import { FactBatch, activityOf, type Activity, type OrgChange, type UserChange } from './batch.js';
import { domainOf } from './email-domains.js';
import { keepDomains, type ErasedDomain } from './erased-domains.store.js';
import { dropRepeats } from './identities.store.js';
import { IdStore } from './ids.store.js';
import { addInvites, hashInvitee } from './invites.store.js';
import { addSteps, pseudonymizeSteps } from './memberships.store.js';
import { orgNames, upsertOrgs } from './orgs.store.js';
import { withoutAddresses } from './pseudonyms.js';
import { tracesOf, type Traces } from './traces.js';
import { eraseTraits, upsertTraits } from './traits.store.js';
import {
  eraseProfiles,
  upsertProfiles,
  upsertUsers,
  type ErasedProfile,
  type KeyedUser,
} from './users.store.js';
import { StoreChanged, expectPresent, type Witnesses } from './witness.js';
import { NO_ORG } from '../blocks/no-org.js';

/** The keys of the ids that a batch of events names. */
export interface ResolvedIds {
  users: ReadonlyMap<string, number>;
  orgs: ReadonlyMap<string, number>;
  /** Prove the keys; checked before they are committed. */
  witnesses: Witnesses;
}

/** How often a write is tried when the store turns out to have changed. */
const ATTEMPTS = 5;

/** The outcome of a write. Callers use it to erase their own data of deleted users and orgs. */
export interface Written {
  deletedUserIds: string[];
  deletedOrgIds: string[];
  traces: Traces;
  /** Number of events whose identity was new. */
  fresh: number;
}

/** Writes events into the store as facts. */
@Injectable()
export class FactsService {
  constructor(
    private readonly ids: IdStore,
    private readonly instance: Instance,
  ) {}

  /**
   * Resolves the ids that events name to keys and calls `write`. Reads the keys again and repeats
   * when the store has changed since they were read.
   * @param write runs its own transaction; may be called several times
   */
  async resolving<T>(
    events: readonly NativeEvent[],
    write: (ids: ResolvedIds) => Promise<T>,
  ): Promise<T> {
    const { users, orgs } = namedIds(events);
    return this.provingIds(async () => write(await this.resolve(users, orgs)));
  }

  /** `resolving` for ids. */
  async resolvingIds<T>(
    users: ReadonlySet<string>,
    orgs: ReadonlySet<string>,
    write: (ids: ResolvedIds) => Promise<T>,
  ): Promise<T> {
    return this.provingIds(async () => write(await this.resolve(users, orgs)));
  }

  /** The key for hashing addresses. @param db the transaction that writes the hashes */
  hashKey(db: Queryable): Promise<Buffer> {
    return this.instance.inviteeHashKey(db);
  }

  /**
   * Writes a batch inside the caller's transaction. Tables are always written in the same order,
   * each by one statement in key order, so concurrent writers cannot deadlock. A batch that is
   * repeated, split or reordered produces the same facts.
   * @throws StoreChanged when the keys are not those of the current store
   */
  async write(
    db: Connection,
    events: readonly NativeEvent[],
    ids: ResolvedIds,
    transfer: RowTransfer = viaUnnest,
  ): Promise<Written> {
    const named = await withoutAddresses(events, () => this.hashKey(db));
    return this.writeFresh(db, await dropRepeats(db, named, transfer), ids, transfer);
  }

  /**
   * Writes `user.active` events in one statement, which is its own transaction. They are the most
   * frequent events.
   */
  async commitActivity(
    database: Database,
    events: readonly EventOf<'user.active'>[],
    ids: ResolvedIds,
  ): Promise<void> {
    await commitActivity(database, keyedActivity(events.map(activityOf), ids), ids.witnesses);
  }

  /** `write` without checking or storing identities. */
  async writeFresh(
    db: Connection,
    events: readonly NativeEvent[],
    ids: ResolvedIds,
    transfer: RowTransfer = viaUnnest,
  ): Promise<Written> {
    const readKey = once(() => this.hashKey(db));
    const batch = new FactBatch(await withoutAddresses(events, readKey));
    const users = keyed(batch.users, ids.users);
    const orgs = keyed(batch.orgs, ids.orgs);
    const deletedUsers = users.filter((user) => user.change.deletion);
    const deletedOrgs = orgs.filter((org) => org.change.deletion);
    await upsertUsers(db, users, transfer);
    const [userKeys, orgKeys] = [deletedUsers, deletedOrgs].map((all) => all.map(({ key }) => key));
    const known = await eraseProfiles(db, userKeys!);
    const deleted = await upsertProfiles(db, users, transfer);
    const domains = [...known.flatMap(erasedDomain), ...deleted.map(givenDomain)];
    await keepDomains(db, domains, readKey);
    await eraseTraits(db, 'users', userKeys!);
    await upsertTraits(db, 'users', users, transfer);
    const names = await orgNames(db, orgKeys!);
    await upsertOrgs(db, orgs, transfer);
    await eraseTraits(db, 'orgs', orgKeys!);
    await upsertTraits(db, 'orgs', orgs, transfer);
    await appendActivity(db, keyedActivity(batch.activity, ids));
    await addPairs(db, batch, ids, transfer, readKey);
    const renamed = await pseudonymizeSteps(db, userKeys!, orgKeys!, readKey);
    await queueUsers(db, renamed);
    await queueDeletions(db, deletionsOf(deletedUsers), deletionsOf(deletedOrgs));
    await expectPresent(db, ids.witnesses);
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

  private async resolve(
    users: ReadonlySet<string>,
    orgs: ReadonlySet<string>,
  ): Promise<ResolvedIds> {
    const [ofUsers, ofOrgs] = await Promise.all([this.ids.userKeys(users), this.ids.orgKeys(orgs)]);
    const witnesses = { users: ofUsers.witness, orgs: ofOrgs.witness };
    return { users: ofUsers.keys, orgs: ofOrgs.keys, witnesses };
  }

  private async provingIds<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreChanged) || attempt === ATTEMPTS) throw error;
        this.ids.forget();
      }
    }
  }
}

async function addPairs(
  db: Connection,
  batch: FactBatch,
  ids: ResolvedIds,
  transfer: RowTransfer,
  readKey: () => Promise<Buffer>,
): Promise<void> {
  const steps = batch.steps.map((step) => ({
    ...step,
    userKey: ids.users.get(step.userId)!,
    orgKey: ids.orgs.get(step.orgId)!,
  }));
  await addSteps(db, steps, transfer);
  await queueSteps(db, steps);
  if (batch.invites.length === 0) return;
  const hashKey = await readKey();
  const invites = batch.invites.map((invite) => ({
    inviterKey: ids.users.get(invite.inviterId)!,
    orgKey: invite.orgId === undefined ? NO_ORG : ids.orgs.get(invite.orgId)!,
    inviteeHash:
      'hash' in invite.invitee ? invite.invitee.hash : hashInvitee(hashKey, invite.invitee.email),
    at: invite.at,
  }));
  await addInvites(db, invites, transfer);
}

/** Calls a function at most once. */
function once<T>(call: () => Promise<T>): () => Promise<T> {
  let called: Promise<T> | undefined;
  return () => (called ??= call());
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

interface Keyed<C> {
  key: number;
  id: string;
  change: C;
}

function keyed<C extends UserChange | OrgChange>(
  changes: ReadonlyMap<string, C>,
  keys: ReadonlyMap<string, number>,
): Keyed<C>[] {
  return [...changes].map(([id, change]) => ({ key: keys.get(id)!, id, change }));
}

function deletionsOf(deleted: readonly Keyed<UserChange | OrgChange>[]) {
  return deleted.map(({ key, change }) => ({ key, deletion: change.deletion! }));
}

function erasedDomain({ userKey, domain, stamp }: ErasedProfile): ErasedDomain[] {
  return stamp ? [{ userKey, domain, stamp }] : [];
}

function givenDomain({ key, change: { profile } }: KeyedUser): ErasedDomain {
  const { value, version } = profile.email!;
  return { userKey: key, domain: domainOf(value), stamp: version };
}

function keyedActivity(activity: readonly Activity[], { users, orgs }: ResolvedIds) {
  return packActivity(
    activity.map(({ userId, orgId, at }) => ({
      user: users.get(userId)!,
      org: orgId === undefined ? undefined : orgs.get(orgId)!,
      seconds: unixSeconds(at),
    })),
  );
}
