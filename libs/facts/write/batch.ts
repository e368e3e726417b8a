import { type EventOf, type NativeEvent } from '#libs/contracts';
import { isLater, versionOf, type Version } from '../membership/version.js';
import type { StepKind } from '../membership/step-kind.js';

export const PROFILE_FIELDS = [
  'email',
  'username',
  'first_name',
  'last_name',
  'signup_query_parameters',
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

interface Versioned<V> {
  stamp: Version;
  value: V;
}

export interface UserChange {
  /** Earliest creation told, ms. */
  createdAt?: number;
  deletion?: Version;
  profile: Partial<Record<ProfileField, Versioned<string | null>>>;
}

export interface OrgChange {
  createdAt?: number;
  deletion?: Version;
  name?: Versioned<string>;
}

export interface Step {
  userId: string;
  orgId: string;
  stamp: Version;
  kind: StepKind;
  role: string | null;
}

export interface Invite {
  inviterId: string;
  inviteeEmail: string;
  orgId: string | undefined;
  at: number;
}

/**
 * What a batch of events says, boiled down so that every rule is a minimum, a maximum, a union or
 * "the latest wins": the order of the events, and how they were split into batches, cannot matter.
 */
export class FactBatch {
  readonly users = new Map<string, UserChange>();
  readonly orgs = new Map<string, OrgChange>();
  /** Signs of activity, `at` in ms. */
  readonly activity: { userId: string; at: number }[] = [];
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
        this.activity.push({ userId: event.data.user_id, at: event.at });
        return;
      case 'org.created':
      case 'org.updated':
        return this.orgTold(event);
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
    this.activity.push({ userId: event.data.user_id, at: createdAt });
    this.profile(user, event);
  }

  private profile(user: UserChange, event: EventOf<'user.created' | 'user.updated'>): void {
    const stamp = versionOf(event);
    for (const field of PROFILE_FIELDS) {
      const told = event.data[field];
      if (told === undefined || !isLater(stamp, user.profile[field]?.stamp)) continue;
      const value = told === null || typeof told === 'string' ? told : JSON.stringify(told);
      user.profile[field] = { stamp, value };
    }
  }

  private deleted(subject: UserChange | OrgChange, event: NativeEvent): void {
    const stamp = versionOf(event);
    if (!subject.deletion || isLater(subject.deletion, stamp)) subject.deletion = stamp;
  }

  private orgTold(event: EventOf<'org.created' | 'org.updated'>): void {
    const org = this.org(event.data.org_id);
    if (event.type === 'org.created') {
      const createdAt = event.data.created_at ?? event.at;
      org.createdAt = Math.min(org.createdAt ?? createdAt, createdAt);
    }
    const stamp = versionOf(event);
    if (event.data.name !== undefined && isLater(stamp, org.name?.stamp)) {
      org.name = { stamp, value: event.data.name };
    }
  }

  private step(
    event: EventOf<'user.added_to_org' | 'user.removed_from_org' | 'user.role_changed_within_org'>,
    kind: StepKind,
    role: string | null,
  ): void {
    const { user_id: userId, org_id: orgId } = event.data;
    this.steps.push({ userId, orgId, stamp: versionOf(event), kind, role });
  }

  private invited({ at, data }: EventOf<'user.invited_to_org'>): void {
    const inviteeEmail = data.invitee_email.trim().toLowerCase();
    this.invites.push({ inviterId: data.inviter_user_id, inviteeEmail, orgId: data.org_id, at });
  }

  private user(userId: string): UserChange {
    return entry(this.users, userId, () => ({ profile: {} }));
  }

  private org(orgId: string): OrgChange {
    return entry(this.orgs, orgId, () => ({}));
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
