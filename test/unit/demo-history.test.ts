import { describe, expect, it, test } from '@jest/globals';
import { checkEvent, DAY_MS, EVENT_TYPES, intervalDays, RANKINGS } from '#libs/contracts';
import { demoHistory, type DemoEvent } from '#libs/ingest';
import { Tally, type Subject } from '../support/demo-tally.js';

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
