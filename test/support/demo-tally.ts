import { DAY_MS } from '#libs/contracts';
import type { DemoEvent } from '#libs/ingest';

export interface Subject {
  createdDay: number;
  deletedDay?: number;
  activeDays: Set<number>;
  /** Days of additions to an org, and of removals from it. */
  added: number[];
  removed: number[];
  /** Whom a user invited, by the latest day. */
  invited: Map<string, number>;
}

interface Span {
  userId: string;
  orgId: string;
  role: string;
  first: number;
  last: number;
}

/** A plain count of a history in the order of time; throws where a step does not fit the earlier ones. */
export class Tally {
  readonly users = new Map<string, Subject>();
  readonly orgs = new Map<string, Subject>();
  private readonly spans: Span[] = [];
  /** The open ones, by user and org. */
  private readonly open = new Map<string, Span>();
  /** The last day on which an org lost an owner. */
  private readonly ownerLost = new Map<string, number>();

  constructor(events: readonly DemoEvent[]) {
    for (const event of events) this.count(event);
    for (const { userId, orgId, first, last } of this.spans) {
      for (const day of this.users.get(userId)!.activeDays) {
        if (day >= first && day <= last) this.orgs.get(orgId)!.activeDays.add(day);
      }
    }
  }

  /** How many users or orgs a ranking lists on that day. */
  entries(subject: 'user' | 'org', report: string, days: number, today: number): number {
    const isIn = (first: number) => (day: number) => day >= first && day < first + days;
    const isActive = ({ activeDays }: Subject, first: number) =>
      Array.from({ length: days }, (_, index) => first + index).some((day) => activeDays.has(day));
    const [current, previous] = [today - days + 1, today - 2 * days + 1];
    const lists = (id: string, one: Subject): boolean => {
      const changes = (all: readonly number[]) => all.filter(isIn(current)).length;
      switch (report) {
        case 'top_inviter':
          return [...one.invited.values()].some(isIn(current));
        case 'champion':
          return isActive(one, current);
        case 'reengagement':
          return one.createdDay < previous && isActive(one, current) && !isActive(one, previous);
        case 'churn':
          return one.createdDay < current && !isActive(one, current);
        case 'growth':
          return changes(one.added) > changes(one.removed);
        case 'attrition':
          return changes(one.removed) > 0;
        case 'slipping': {
          const [before, now] = [previous, current].map((day) => this.activeIn(id, day, days).size);
          return one.createdDay < previous && before! >= 3 && now! > 0 && 10 * now! <= 7 * before!;
        }
        case 'champion_lost':
          return this.hasLostChampion(id, today);
        case 'owner_lost': {
          const isOwner = ({ orgId, role }: Span) => orgId === id && role === 'Owner';
          const hasOwner = [...this.open.values()].some(isOwner);
          return !hasOwner && isIn(current)(this.ownerLost.get(id) ?? -Infinity);
        }
        default:
          return one.createdDay < today - 13;
      }
    };
    const all = [...(subject === 'user' ? this.users : this.orgs)];
    return all.filter(([id, one]) => one.deletedDay === undefined && lists(id, one)).length;
  }

  private hasLostChampion(orgId: string, today: number): boolean {
    const before = [...this.activeIn(orgId, today - 59, 30)];
    const [champion] = before.sort(([, one], [, other]) => other - one);
    if (!champion || champion[1] < 5) return false;
    const isMember = this.open.has(pairOf(champion[0], orgId));
    return !isMember || !this.activeIn(orgId, today - 13, 14).has(champion[0]);
  }

  /** The users who were active in an org in some days, with the number of these days. */
  private activeIn(orgId: string, from: number, days: number): Map<string, number> {
    const found = new Map<string, number>();
    for (const { userId, first, last } of this.spans.filter((span) => span.orgId === orgId)) {
      for (const day of this.users.get(userId)!.activeDays) {
        const isCounted = day >= Math.max(first, from) && day <= last && day < from + days;
        if (isCounted) found.set(userId, (found.get(userId) ?? 0) + 1);
      }
    }
    return found;
  }

  private count({ type, time, data }: DemoEvent): void {
    const day = Math.floor(Date.parse(time) / DAY_MS);
    const { user_id: userId = '', org_id: orgId = '' } = data as Record<string, string>;
    const { inviter_user_id: inviter = '', invitee_email: invitee = '' } = data as Record<
      string,
      string
    >;
    switch (type) {
      case 'user.created':
        return create(this.users, userId, day, [day]);
      case 'org.created':
        return create(this.orgs, orgId, day, []);
      case 'user.updated':
        return void existing(this.users, userId);
      case 'org.updated':
        return void existing(this.orgs, orgId);
      case 'user.active':
        return void existing(this.users, userId).activeDays.add(day);
      case 'user.deleted':
        existing(this.users, userId).deletedDay = day;
        return this.close(
          [...this.open.values()].filter((span) => span.userId === userId),
          day,
        );
      case 'org.deleted':
        existing(this.orgs, orgId).deletedDay = day;
        return this.close(
          [...this.open.values()].filter((span) => span.orgId === orgId),
          day,
        );
      case 'user.added_to_org':
        return this.add(userId, orgId, day, String(data['role']));
      case 'user.removed_from_org':
        return this.close([this.membership(userId, orgId)], day);
      case 'user.role_changed_within_org':
        return this.changeRole(this.membership(userId, orgId), day, String(data['role']));
      case 'user.invited_to_org':
        this.membership(inviter, orgId);
        return void existing(this.users, inviter).invited.set(invitee, day);
    }
  }

  private changeRole(span: Span, day: number, role: string): void {
    if (span.role === 'Owner' && role !== 'Owner') this.ownerLost.set(span.orgId, day);
    span.role = role;
  }

  private add(userId: string, orgId: string, day: number, role: string): void {
    existing(this.users, userId);
    existing(this.orgs, orgId).added.push(day);
    const pair = pairOf(userId, orgId);
    if (this.open.has(pair)) throw new Error(`${userId} is a member of ${orgId} already`);
    const span = { userId, orgId, role, first: day, last: Infinity };
    this.open.set(pair, span);
    this.spans.push(span);
  }

  private membership(userId: string, orgId: string): Span {
    const span = this.open.get(pairOf(userId, orgId));
    if (!span) throw new Error(`${userId} is no member of ${orgId}`);
    return span;
  }

  private close(spans: readonly Span[], day: number): void {
    for (const span of spans) {
      span.last = day;
      this.open.delete(pairOf(span.userId, span.orgId));
      this.orgs.get(span.orgId)!.removed.push(day);
      if (span.role === 'Owner') this.ownerLost.set(span.orgId, day);
    }
  }
}

function pairOf(userId: string, orgId: string): string {
  return `${userId} ${orgId}`;
}

function create(
  subjects: Map<string, Subject>,
  id: string,
  day: number,
  active: readonly number[],
): void {
  if (subjects.has(id)) throw new Error(`${id} is created twice`);
  const activeDays = new Set(active);
  subjects.set(id, { createdDay: day, activeDays, added: [], removed: [], invited: new Map() });
}

function existing(subjects: Map<string, Subject>, id: string): Subject {
  const subject = subjects.get(id);
  if (!subject || subject.deletedDay !== undefined) throw new Error(`${id} does not exist`);
  return subject;
}
