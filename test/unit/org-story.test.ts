import { describe, expect, test } from '@jest/globals';
import { Calendar, DAY_MS } from '../../libs/contracts/index.js';
import type { OrgMember } from '../../libs/facts/index.js';
import { MemberDays, SeenMember } from '../../libs/entity-pages/story/member-days.js';
import { Champions } from '../../libs/entity-pages/story/champions.js';
import { daysInOrg } from '../../libs/entity-pages/story/days-in-org.js';
import { DayCounts } from '../../libs/entity-pages/story/day-counts.js';
import { orgStory } from '../../libs/entity-pages/story/org-story.js';
import { inPortions } from '../../libs/entity-pages/story/days-of-some.js';
import { MOMENTS, PastMoments } from '../../libs/entity-pages/story/past-moments.js';

// A Sunday at noon, so the weeks that are over end 7, 14 … days ago.
const NOW = Date.UTC(2026, 2, 29, 12);
const CALENDAR = new Calendar();
const WEIGHTS = { adoption: 40, frequency: 25, trend: 20, recency: 15 };
const ago = (days: number) => NOW - days * DAY_MS;
const dayAgo = (days: number) => new Date(ago(days)).toISOString().slice(0, 10);

type Given = Partial<OrgMember> & { key: number; activeDaysAgo: number[] };

const open = { from: ago(200), to: Infinity, role: 'Member', openedAt: ago(200), isAddition: true };

/** The story of an org that was created 300 days ago; ids order like keys. */
function storyOf(given: Given[]) {
  const members = given.map(({ key, spans = [open], ownerships = [] }) => ({
    ...{ userKey: key, exists: true, spans, ownerships },
  }));
  const days = new MemberDays(members.length);
  for (const [position, { activeDaysAgo }] of given.entries())
    for (const age of activeDaysAgo) days.mark(position, age);
  const inOrg = daysInOrg(days, members, CALENDAR, CALENDAR.dayOf(NOW));
  const facts = { createdAt: ago(300), members, days, inOrg };
  const inOrder = (keys: number[]) => Promise.resolve([...keys].sort((a, b) => a - b));
  return orgStory(facts, NOW, { calendar: CALENDAR, weights: WEIGHTS }, inOrder);
}

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('the story of an org', () => {
  test('has the health as of the ends of 12 weeks and today', async () => {
    const { health_over_time: health } = await storyOf([
      { key: 1, activeDaysAgo: [3, 40] },
      { key: 2, activeDaysAgo: [40] },
    ]);
    expect(health.map(({ date }) => date)).toEqual(
      [84, 77, 70, 63, 56, 49, 42, 35, 28, 21, 14, 7, 0].map(dayAgo),
    );
    expect(health.at(-1)).toEqual({
      ...{ date: dayAgo(0), num_users: 2, active_users: 1 },
      health: { score: 40, adoption: 50, frequency: 8, trend: 25, recency: 90 },
    });
    expect(health.at(-6)).toMatchObject({ date: dayAgo(35), active_users: 2 });
    expect(health.at(-6)!.health!.recency).toBe(100 - 16);
  });

  test('counts days of an unknown start only as of moments after it became known', async () => {
    const late = {
      from: -Infinity,
      to: Infinity,
      role: 'Member',
      openedAt: ago(20),
      isAddition: false,
    };
    const { health_over_time: health } = await storyOf([
      { key: 1, spans: [late], activeDaysAgo: [25] },
    ]);
    const seen = health.map(({ num_users, active_users }) => [num_users, active_users]);
    expect(seen.slice(-5)).toEqual([
      ...[
        [0, 0],
        [0, 0],
      ],
      ...[
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]);
  });

  test('names each day on which the org entered or left a list', async () => {
    const { list_changes: changes } = await storyOf([{ key: 1, activeDaysAgo: [9, 80, 81] }]);
    const churn = changes.filter(({ interval }) => interval === '7');
    expect(churn).toEqual([
      { date: dayAgo(2), report: 'churn', interval: '7', change: 'entered' },
      { date: dayAgo(9), report: 'churn', interval: '7', change: 'left' },
      { date: dayAgo(73), report: 'churn', interval: '7', change: 'entered' },
      { date: dayAgo(81), report: 'churn', interval: '7', change: 'left' },
    ]);
    expect(changes.map(({ date }) => date)).toEqual(
      changes
        .map(({ date }) => date)
        .sort()
        .reverse(),
    );
  });

  test('finds the champion by days, then by id, and the last owner', async () => {
    const often = range(40, 46);
    const stays = { key: 1, activeDaysAgo: [...often, 1] };
    const leaves = { key: 2, activeDaysAgo: often };
    const of = async (given: Given[]) =>
      (await storyOf(given)).list_changes.filter(({ report }) => report === 'champion_lost');
    expect((await of([leaves, stays])).at(0)).toMatchObject({ change: 'left', date: dayAgo(1) });
    expect(
      await of([
        { ...leaves, key: 1 },
        { ...stays, key: 2 },
      ]),
    ).toEqual([{ date: dayAgo(12), report: 'champion_lost', interval: '30', change: 'entered' }]);
    const owner = { key: 3, activeDaysAgo: [], ownerships: [{ from: ago(90), to: ago(10) }] };
    const { list_changes: changes } = await storyOf([owner]);
    expect(changes.filter(({ report }) => report === 'owner_lost')).toEqual([
      { date: dayAgo(10), report: 'owner_lost', interval: '30', change: 'entered' },
    ]);
  });

  test('finds champions of any number of members, added one by one or many at a time', async () => {
    const member = new SeenMember(new PastMoments(CALENDAR, NOW));
    const count = 9_000;
    const often = range(0, 99).map((index) => index * 90 + 7);
    const days = new MemberDays(count);
    for (const position of often) for (const age of range(40, 46)) days.mark(position, age);
    const oneByOne = new Champions(count);
    for (const position of [...often, 8]) {
      member.read(days, position, [open]);
      oneByOne.add(position, member);
    }
    const atOnce = new Champions(count);
    for (const some of inPortions(days, new Int32Array(days.width).fill(-1))) atOnce.addSome(some);
    for (const champions of [oneByOne, atOnce]) {
      const tied: number[][] = [];
      const chosen = await champions.chosen((positions) => {
        tied.push(positions);
        return Promise.resolve(positions.toReversed());
      });
      expect(tied).toEqual([often]);
      expect(chosen).toEqual(
        range(0, MOMENTS - 1).map((moment) => (moment <= 12 ? often.at(-1) : undefined)),
      );
    }
  });

  test('counts the days of many members at a time', () => {
    const counts = new DayCounts(2);
    const days = range(1, 31).map((day) =>
      Int32Array.of(
        ...[0, 1].map((word) =>
          range(0, 31).reduce(
            (bits, bit) => ((bit * (word + 1)) % 32 >= day ? bits | (1 << bit) : bits),
            0,
          ),
        ),
      ),
    );
    for (const day of days) counts.add(day);
    expect([5, 31, 32 + 5, 32 + 20].map((position) => counts.of(position))).toEqual([5, 31, 10, 8]);
    const highest = new Int32Array(2);
    expect([counts.highest(highest), ...highest]).toEqual([31, 1 << 31, 0]);
    for (const day of days.slice(0, 30)) counts.subtract(day, 0);
    expect([counts.highest(highest), ...highest]).toEqual([1, 1 << 31, 0]);
  });

  test('leaves turns to other work', async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await storyOf(range(1, 50_000).map((key) => ({ key, activeDaysAgo: [] })));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  test('sees the moments at the ends of the dates that the zone has', () => {
    const moments = new PastMoments(
      new Calendar('Pacific/Apia'),
      Date.parse('2012-01-02T00:00:00Z'),
    );
    const skipped = moments.ageOf(Date.parse('2012-01-02T00:00:00Z')) + 3;
    expect(new Date(moments.dayOf(skipped)).toISOString().slice(0, 10)).toBe('2011-12-30');
    expect([moments.onDate(skipped), moments.onDate(1)]).toEqual([skipped + 1, 1]);
    expect(moments.oldestWith(Infinity)).toBe(-1);
  });
});
