import { describe, expect, it, test } from '@jest/globals';
import { checkEvent, DAY_MS, EVENT_TYPES, intervalDays, RANKINGS } from '#libs/contracts';
import { demoHistory, type DemoEvent } from '#libs/ingest';

interface Subject {
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
  first: number;
  last: number;
}

/** A plain count of a history in the order of time; throws where a step does not fit the earlier ones. */
class Tally {
  readonly users = new Map<string, Subject>();
  readonly orgs = new Map<string, Subject>();
  private readonly spans: Span[] = [];
  /** The open ones, by user and org. */
  private readonly open = new Map<string, Span>();

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
    const lists = (one: Subject): boolean => {
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
        default:
          return changes(one.removed) > 0;
      }
    };
    const all = [...(subject === 'user' ? this.users : this.orgs).values()];
    return all.filter((one) => one.deletedDay === undefined && lists(one)).length;
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
        return this.add(userId, orgId, day);
      case 'user.removed_from_org':
        return this.close([this.membership(userId, orgId)], day);
      case 'user.role_changed_within_org':
        return void this.membership(userId, orgId);
      case 'user.invited_to_org':
        this.membership(inviter, orgId);
        return void existing(this.users, inviter).invited.set(invitee, day);
    }
  }

  private add(userId: string, orgId: string, day: number): void {
    existing(this.users, userId);
    existing(this.orgs, orgId).added.push(day);
    const pair = pairOf(userId, orgId);
    if (this.open.has(pair)) throw new Error(`${userId} is a member of ${orgId} already`);
    const span = { userId, orgId, first: day, last: Infinity };
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

/** A Monday at noon. */
const NOON = Date.UTC(2026, 6, 27, 12);

const history = (now: number, seed?: number): DemoEvent[] => [...demoHistory({ now, seed })];
const usual = history(NOON);
const texts = usual.map((event) => JSON.stringify(event));
let counted: Tally | undefined;
const tallied = () => (counted ??= new Tally(usual));
const dataOf = (type: string) =>
  usual.filter((event) => event.type === type).map(({ data }) => data);

/** The first event in which a history differs from the usual one; comparing all 87,000 at once takes seconds. */
const firstOther = (events: readonly DemoEvent[]): DemoEvent | undefined =>
  events.find((event, index) => JSON.stringify(event) !== texts[index]);

describe('the same history', () => {
  it('is generated for the same day and seed, and only grows later that day', () => {
    const evening = history(NOON + DAY_MS / 3);
    expect(evening.length).toBeGreaterThan(usual.length);
    expect(firstOther(evening.slice(0, usual.length))).toBeUndefined();
  });

  it('is another one for another seed', () => {
    expect(firstOther(history(NOON, 2))).toBeDefined();
  });
});

describe('every event', () => {
  it('is valid', () => {
    const context = { now: NOON, receivedAt: NOON, defaultSource: 'demo' };
    const refused = usual.filter((event) => 'errors' in checkEvent(event, context));
    expect(refused).toEqual([]);
  });

  it('has a unique id, and a time within the 400 days up to now', () => {
    const times = usual.map(({ time }) => Date.parse(time));
    expect(new Set(usual.map(({ id }) => id)).size).toBe(usual.length);
    expect(times.every((at, index) => index === 0 || at >= times[index - 1]!)).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(NOON - 400 * DAY_MS);
    expect(times.at(-1)).toBeLessThanOrEqual(NOON);
  });

  it('is consistent with the events before it', () => {
    expect(tallied).not.toThrow();
  });
});

describe('the company', () => {
  it('has the promised size, and events of every type', () => {
    expect(dataOf('user.created').length).toBeGreaterThan(1_800);
    expect(dataOf('user.created').length).toBeLessThan(2_200);
    expect(dataOf('org.created')).toHaveLength(150);
    expect(dataOf('user.active').length).toBeGreaterThan(60_000);
    expect(usual.length).toBeLessThan(200_000);
    expect(new Set(usual.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  it('has version 4 UUIDs as ids, and undeliverable addresses', () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const users = dataOf('user.created');
    const ids = [
      ...users.map((user) => user['user_id']),
      ...dataOf('org.created').map((o) => o['org_id']),
    ];
    expect(ids.filter((id) => !uuid.test(String(id)))).toEqual([]);
    const emails = users.flatMap(({ email }) => (typeof email === 'string' ? [email] : []));
    // One signed up by phone.
    expect(users.length - emails.length).toBe(1);
    expect(emails.filter((email) => !/^[a-z0-9._]+@[a-z-]+\.example$/.test(email))).toEqual([]);
    expect(new Set(emails).size).toBe(emails.length);
  });

  it('has people with and without names, and a third with signup parameters', () => {
    const users = dataOf('user.created');
    const share = (holds: (user: Record<string, unknown>) => boolean) =>
      users.filter(holds).length / users.length;
    expect(share((user) => 'signup_query_parameters' in user)).toBeCloseTo(0.33, 1);
    expect(share((user) => !('last_name' in user))).toBeGreaterThan(0.05);
    expect(share((user) => !('first_name' in user) && 'username' in user)).toBeGreaterThan(0.02);
    expect(share((user) => /[^\x20-\x7e]/.test(String(user['first_name'])))).toBeGreaterThan(0.2);
  });

  it('has a few large orgs and many small ones', () => {
    const sizes = [...tallied().orgs.values()].map((org) => org.added.length);
    sizes.sort((a, b) => b - a);
    expect(sizes[0]).toBeGreaterThan(100);
    expect(sizes[75]).toBeLessThan(12);
  });

  it('grows: every 100 days have more of every type than the 100 days before', () => {
    const { users, orgs } = tallied();
    const first = Math.floor(NOON / DAY_MS) - 399;
    const quarters = (
      days: (subject: Subject) => Iterable<number>,
      subjects: Map<string, Subject>,
    ) =>
      [0, 100, 200, 300].map((start) => {
        const isIn = (day: number) => day >= first + start && day < first + start + 100;
        return [...subjects.values()].filter((subject) => [...days(subject)].some(isIn)).length;
      });
    for (const subjects of [users, orgs]) {
      for (const days of [
        ({ createdDay }: Subject) => [createdDay],
        ({ activeDays }: Subject) => activeDays,
      ]) {
        const counts = quarters(days, subjects);
        expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
      }
    }
  });
});

describe('every ranking has entries', () => {
  test.each([
    ['on a Monday at noon', NOON],
    ['seconds after midnight on a Monday', Date.UTC(2026, 6, 27, 0, 0, 5)],
    ['seconds after midnight on a Wednesday', Date.UTC(2026, 6, 29, 0, 0, 5)],
    ['on a Saturday evening', Date.UTC(2026, 7, 1, 20)],
    ['seconds after midnight on a Sunday', Date.UTC(2026, 7, 2, 0, 0, 5)],
    ['on a leap day', Date.UTC(2028, 1, 29, 23, 59, 59)],
  ])('%s', (_when, now) => {
    const tally = now === NOON ? tallied() : new Tally(history(now));
    const today = Math.floor(now / DAY_MS);
    const poor = RANKINGS.filter(({ subject, report, interval }) => {
      const entries = tally.entries(subject, report, intervalDays(interval), today);
      return entries < (subject === 'user' ? 10 : 3);
    });
    expect(poor).toEqual([]);
  });
});
