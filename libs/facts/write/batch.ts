import {
  PROFILE_FIELDS,
  type EventOf,
  type NativeEvent,
  type ProfileField,
  type Traits,
} from '#libs/contracts';
import { isLater, versionOf, type Version } from '../membership/version.js';
import type { StepKind } from '../membership/step-kind.js';

/** The fields of a profile that have a version of their own. */
export const VERSIONED_FIELDS = [...PROFILE_FIELDS, 'signup_query_parameters'] as const;
export type VersionedField = ProfileField | 'signup_query_parameters';

interface Versioned<V> {
  version: Version;
  value: V;
}

/** The latest value of each trait, as JSON; null clears one. */
type TraitChanges = Map<string, Versioned<string | null>>;

export interface UserChange {
  /** Earliest creation, milliseconds since 1970. */
  createdAt?: number;
  deletion?: Version;
  profile: Partial<Record<VersionedField, Versioned<string | null>>>;
  traits?: TraitChanges;
}

export interface OrgChange {
  createdAt?: number;
  deletion?: Version;
  name?: Versioned<string>;
  traits?: TraitChanges;
}

export interface Step {
  userId: string;
  orgId: string;
  version: Version;
  kind: StepKind;
  role: string | null;
}

export interface Invite {
  inviterId: string;
  /** The invitee's address, trimmed and in lower case, or its hash. */
  invitee: { email: string } | { hash: Buffer };
  orgId: string | undefined;
  at: number;
}

/** A user was active; `at` in milliseconds since 1970. */
export interface Activity {
  userId: string;
  /** The org that the sender named. */
  orgId: string | undefined;
  at: number;
}

export function activityOf({ data, at }: EventOf<'user.active'>): Activity {
  return { userId: data.user_id, orgId: data.org_id, at };
}

/**
 * Reduces events to changes of facts. Every rule is a minimum, a maximum, a union or "the latest
 * version wins", so the result depends neither on the order of the events nor on how they are split
 * into batches.
 */
export class FactBatch {
  readonly users = new Map<string, UserChange>();
  readonly orgs = new Map<string, OrgChange>();
  readonly activity: Activity[] = [];
  readonly steps: Step[] = [];
  readonly invites: Invite[] = [];

  constructor(events: readonly NativeEvent[]) {
    for (const event of events) this.add(event);
  }

  private add(event: NativeEvent): void {
    switch (event.type) {
      case 'user.created':
        return this.userCreated(event);
      case 'user.updated':
        return this.profile(this.user(event.data.user_id), event);
      case 'user.deleted':
        return this.deleted(this.user(event.data.user_id), event);
      case 'user.active':
        this.activity.push(activityOf(event));
        return;
      case 'org.created':
      case 'org.updated':
        return this.orgChanged(event);
      case 'org.deleted':
        return this.deleted(this.org(event.data.org_id), event);
      case 'user.added_to_org':
        return this.step(event, 'add', event.data.role ?? null);
      case 'user.removed_from_org':
        return this.step(event, 'remove', null);
      case 'user.role_changed_within_org':
        return this.step(event, 'role', event.data.role);
      case 'user.invited_to_org':
        return this.invited(event);
    }
  }

  private userCreated(event: EventOf<'user.created'>): void {
    const user = this.user(event.data.user_id);
    const createdAt = event.data.created_at ?? event.at;
    user.createdAt = Math.min(user.createdAt ?? createdAt, createdAt);
    this.activity.push({ userId: event.data.user_id, orgId: undefined, at: createdAt });
    this.profile(user, event);
  }

  private profile(user: UserChange, event: EventOf<'user.created' | 'user.updated'>): void {
    const version = versionOf(event);
    for (const field of VERSIONED_FIELDS) {
      const given = event.data[field];
      if (given === undefined || !isLater(version, user.profile[field]?.version)) continue;
      const value = given === null || typeof given === 'string' ? given : JSON.stringify(given);
      user.profile[field] = { version, value };
    }
    addTraits(user, event.data.traits, version);
  }

  private deleted(subject: UserChange | OrgChange, event: NativeEvent): void {
    const version = versionOf(event);
    if (!subject.deletion || isLater(subject.deletion, version)) subject.deletion = version;
  }

  private orgChanged(event: EventOf<'org.created' | 'org.updated'>): void {
    const org = this.org(event.data.org_id);
    if (event.type === 'org.created') {
      const createdAt = event.data.created_at ?? event.at;
      org.createdAt = Math.min(org.createdAt ?? createdAt, createdAt);
    }
    const version = versionOf(event);
    if (event.data.name !== undefined && isLater(version, org.name?.version)) {
      org.name = { version, value: event.data.name };
    }
    addTraits(org, event.data.traits, version);
  }

  private step(
    event: EventOf<'user.added_to_org' | 'user.removed_from_org' | 'user.role_changed_within_org'>,
    kind: StepKind,
    role: string | null,
  ): void {
    const { user_id: userId, org_id: orgId } = event.data;
    this.steps.push({ userId, orgId, version: versionOf(event), kind, role });
  }

  private invited({ at, data }: EventOf<'user.invited_to_org'>): void {
    const invitee =
      'invitee_hash' in data
        ? { hash: Buffer.from(data.invitee_hash, 'hex') }
        : { email: data.invitee_email.trim().toLowerCase() };
    this.invites.push({ inviterId: data.inviter_user_id, invitee, orgId: data.org_id, at });
  }

  private user(userId: string): UserChange {
    return entry(this.users, userId, () => ({ profile: {} }));
  }

  private org(orgId: string): OrgChange {
    return entry(this.orgs, orgId, () => ({}));
  }
}

function addTraits(
  subject: { traits?: TraitChanges },
  traits: Traits | undefined,
  version: Version,
): void {
  if (!traits) return;
  const known: TraitChanges = subject.traits ?? new Map<string, Versioned<string | null>>();
  subject.traits = known;
  for (const [key, value] of traits) {
    if (!isLater(version, known.get(key)?.version)) continue;
    known.set(key, { version, value: value === null ? null : JSON.stringify(value) });
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
