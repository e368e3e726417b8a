/** The reference model of subscriptions, checked against stories worked out by hand from docs/semantics.md. */
import { describe, expect, test } from '@jest/globals';
import { fold, type Received } from '../support/model/received.js';
import { nextDue, type ModelSchedule } from '../support/model/schedules.js';
import {
  storyOf,
  type EligibleRun,
  type ModelMessage,
  type ModelSubscription,
  type Step,
} from '../support/model/subscriptions.js';

const BOTH: ModelSubscription = { change: 'both', isDigest: false };
const DIGEST: ModelSubscription = { change: 'both', isDigest: true };

const run = (number: number, list: string, exclusions = 1): EligibleRun => ({
  ...{ id: `r${number}`, reportTime: number * 1_000, exclusions },
  list: list === '' ? [] : list.split(' '),
});
const FIRST = run(1, 'a b');
const SECOND = run(2, 'b c');
const THIRD = run(3, 'c');

const step = (runs: EligibleRun[], more: Partial<Step> = {}): Step => ({
  ...{ runs, matches: null, definition: null, state: 'due' },
  ...more,
});
const message = (from: number, to: number, entered = '', left = ''): ModelMessage => ({
  ...{ from: `r${from}`, to: `r${to}`, rebased: false },
  ...{ entered: entered === '' ? [] : entered.split(' ') },
  ...{ left: left === '' ? [] : left.split(' ') },
});
const rebased = (from: number, to: number) => ({ ...message(from, to), rebased: true });
const messagesOf = (subscription: ModelSubscription, steps: Step[]) =>
  storyOf(subscription, steps).messages;
const runsOf = (steps: Step[]) => storyOf(BOTH, steps).baselines.map((one) => one.run);

describe('the messages of a subscription', () => {
  const steps = [step([FIRST]), step([FIRST, SECOND]), step([FIRST, SECOND, THIRD])];

  test('have the ids that entered and left since the last message', () => {
    expect(messagesOf(BOTH, steps)).toEqual([message(1, 2, 'c', 'a'), message(2, 3, '', 'b')]);
  });

  test('have only the change asked for, and without one the baseline moves on silently', () => {
    expect(messagesOf({ ...BOTH, change: 'entered' }, steps)).toEqual([message(1, 2, 'c')]);
    expect(messagesOf({ ...BOTH, change: 'left' }, steps)).toEqual([
      message(1, 2, '', 'a'),
      message(2, 3, '', 'b'),
    ]);
    expect(storyOf({ ...BOTH, change: 'entered' }, steps).baselines.at(-1)?.run).toBe('r3');
  });

  test('are of the latest run by report time alone: runs between are passed over', () => {
    const late = [step([FIRST]), step([THIRD, FIRST, SECOND])];
    expect(messagesOf(BOTH, late)).toEqual([message(1, 3, 'c', 'a b')]);
  });

  test('are stored by a digest also without changes, but not twice for one run', () => {
    const same = [step([FIRST]), step([FIRST, run(2, 'b a')]), step([FIRST, run(2, 'b a')])];
    expect(messagesOf(BOTH, same)).toEqual([]);
    expect(messagesOf(DIGEST, same)).toEqual([message(1, 2)]);
    expect(runsOf(same)).toEqual(['r1', 'r2']);
  });

  test('wait until they are due, and while the subscription is paused', () => {
    const later = (state: Step['state']) => [
      step([FIRST]),
      step([FIRST, SECOND], { state }),
      step([FIRST, SECOND, THIRD]),
    ];
    const both = [message(1, 3, 'c', 'a b')];
    expect(messagesOf(BOTH, later('not due'))).toEqual(both);
    expect(messagesOf(BOTH, later('paused'))).toEqual(both);
  });
});

describe('the first baseline', () => {
  test('is the latest run at the creation, without a message', () => {
    expect(storyOf(DIGEST, [step([SECOND, FIRST])])).toMatchObject({
      messages: [],
      baselines: [{ run: 'r2', ids: new Set(['b', 'c']) }],
    });
  });

  test('is else the first run, without a message', () => {
    const steps = [step([]), step([]), step([FIRST]), step([FIRST, SECOND])];
    expect(runsOf(steps)).toEqual(['r1', 'r2']);
    expect(messagesOf(DIGEST, steps)).toEqual([message(1, 2, 'c', 'a')]);
    expect(messagesOf(BOTH, [step([]), step([FIRST, SECOND])])).toEqual([message(1, 2, 'c', 'a')]);
  });

  test('is taken although the subscription is paused or not due', () => {
    for (const state of ['paused', 'not due'] as const) {
      expect(runsOf([step([], { state }), step([FIRST], { state })])).toEqual(['r1']);
    }
  });

  test('does not exist without an eligible run', () => {
    expect(storyOf(DIGEST, [step([]), step([])])).toEqual({ messages: [], baselines: [] });
  });
});

describe('a run that is withdrawn', () => {
  test('later than the baseline has no message', () => {
    const steps = [step([FIRST]), step([FIRST, SECOND], { state: 'not due' }), step([FIRST])];
    expect(messagesOf(DIGEST, steps)).toEqual([]);
  });

  test('and is the baseline is taken back by the message to the latest run that remains', () => {
    const steps = [step([FIRST, SECOND]), step([FIRST]), step([FIRST, THIRD])];
    expect(messagesOf(BOTH, steps)).toEqual([message(2, 1, 'a', 'c'), message(1, 3, 'c', 'a b')]);
  });

  test('and leaves no run behind changes nothing', () => {
    const steps = [step([FIRST]), step([]), step([THIRD])];
    expect(messagesOf(BOTH, steps)).toEqual([message(1, 3, 'c', 'a b')]);
  });
});

describe('a step is rebased, once,', () => {
  test('when the exclusion rules of the run have another version', () => {
    const [second, third] = [run(2, 'c', 2), run(3, 'd', 2)];
    const steps = [step([FIRST]), step([FIRST, second]), step([FIRST, second, third])];
    expect(messagesOf(BOTH, steps)).toEqual([rebased(1, 2), message(2, 3, 'd', 'c')]);
  });

  test('when the definition of the segment has changed, though not before the next run', () => {
    const old = { definition: 'old', matches: new Set(['a', 'b', 'c']) };
    const changed = { definition: 'new', matches: new Set(['c']) };
    const steps = [step([FIRST], old), step([FIRST], changed), step([FIRST, SECOND], changed)];
    expect(messagesOf(BOTH, steps)).toEqual([rebased(1, 2)]);
    expect(messagesOf({ ...BOTH, change: 'left' }, steps)).toEqual([rebased(1, 2)]);
  });
});

test('a list has only the subjects that the segment matches at the moment of use', () => {
  const within = (ids: string) => ({ definition: 'same', matches: new Set(ids.split(' ')) });
  const steps = [step([FIRST], within('a c')), step([FIRST, SECOND], within('b x'))];
  expect(messagesOf(BOTH, steps)).toEqual([message(1, 2, 'b', 'a')]);
});

describe('a receiver', () => {
  const { baselines, messages } = storyOf(BOTH, [
    ...[step([FIRST]), step([FIRST, SECOND]), step([run(3, 'c b')]), step([run(4, 'b d e')])],
    ...[step([run(5, 'x', 2)]), step([run(6, 'x y', 2)])],
  ]);
  const [first, second, , last] = messages.map((one, index): Received => {
    const counts = { entered: one.entered.length, left: one.left.length };
    return { ...one, id: `m${index}`, body: JSON.stringify(one), counts };
  }) as [Received, Received, Received, Received];
  const third: Received = { ...second, ...messages[2]!, id: 'm2', body: 'rebased' };
  const all = [first, second, third, last];

  test('that folds every message has the last list; repeated messages do not matter', () => {
    expect(fold(baselines, all)).toEqual(['x', 'y']);
    expect(fold(baselines, [first, first, second, third, second, last])).toEqual(['x', 'y']);
    expect(fold(baselines.slice(0, 4), [first, second])).toEqual(['b', 'd', 'e']);
    expect(fold(baselines.slice(0, 3), [first])).toEqual(['b', 'c']);
  });

  test('takes the parts of a message as one', () => {
    const parts = [
      { ...second, id: 'p1', entered: ['d'], left: [], part: { number: 1, of: 2 } },
      { ...second, id: 'p2', entered: ['e'], left: ['c'], part: { number: 2, of: 2 } },
    ];
    expect(fold(baselines, [first, ...parts, third, last])).toEqual(['x', 'y']);
    expect(() => fold(baselines, [first, parts[1]!, parts[0]!, third, last])).toThrow('no turn');
    expect(() => fold(baselines, [first, parts[0]!, third, last])).toThrow('no turn');
    expect(() => fold(baselines.slice(0, 4), [first, parts[0]!])).toThrow('missing');
  });

  test('knows the subjects deleted or excluded meanwhile only by their number', () => {
    const hidden = { ...second, entered: ['d'] };
    expect(fold(baselines, [first, hidden, third, last], new Set(['e']))).toEqual(['x', 'y']);
    expect(() => fold(baselines, [first, hidden, third, last])).toThrow('other ids');
  });

  test.each<[string, Received[], string]>([
    ['a message is missing', [second, third, last], 'from r1 to r2 is missing'],
    ['the last message is missing', [first, second, third], 'from r5 to r6 is missing'],
    ['messages have another order', [second, first, third, last], 'from r1 to r2 is missing'],
    ['one change has two ids', [first, { ...first, id: 'm9' }, second], 'no baseline is of r1'],
    ['one id has two bodies', [first, second, { ...first, body: '{}' }], 'm0 has two bodies'],
    ['an id is missing', [first, { ...second, entered: ['d'] }], 'other ids than the list of r4'],
    ['an id enters again', [{ ...first, entered: ['b', 'c'] }], 'entered with r2 again'],
    ['an id leaves twice', [first, { ...second, left: ['a', 'c'] }], 'without being there'],
    ['counts differ', [{ ...first, counts: { entered: 2, left: 1 } }], 'other counts at r2'],
    ['a rebase has changes', [first, second, { ...third, left: ['b'] }], 'has changes'],
    ['a rebase is missing', [first, second, last], 'from r4 to r5 is missing'],
  ])('is an error when %s', (_, received, problem) => {
    expect(() => fold(baselines, received)).toThrow(problem);
  });
});

const DAILY = (time: string): ModelSchedule => ({ daily: time });
const MONDAY: ModelSchedule = { weekly: 'monday', at: '09:00' };

test.each<[string, ModelSchedule, string, string, string]>([
  ['is later today', DAILY('09:00'), 'UTC', '2026-03-02T08:59:59Z', '2026-03-02T09:00Z'],
  ['is after now', DAILY('09:00'), 'UTC', '2026-03-02T09:00:00Z', '2026-03-03T09:00Z'],
  ['is in the zone', DAILY('00:30'), 'Asia/Tokyo', '2026-03-02T15:29Z', '2026-03-02T15:30Z'],
  [
    ...(['is in a week', MONDAY, 'Europe/Berlin'] as const),
    ...(['2026-03-23T08:00Z', '2026-03-30T07:00Z 2026-04-06T07:00Z'] as const),
  ],
  [
    ...(['is at the end of a skipped hour', DAILY('02:30'), 'Europe/Berlin'] as const),
    ...(['2026-03-28T02:00Z', '2026-03-29T01:00Z 2026-03-30T00:30Z'] as const),
  ],
  [
    ...(['is in a repeated hour once', DAILY('02:30'), 'Europe/Berlin'] as const),
    ...(['2026-10-24T23:00Z', '2026-10-25T00:30Z 2026-10-26T01:30Z'] as const),
  ],
  [
    ...(['is after a skipped midnight', DAILY('00:00'), 'America/Sao_Paulo'] as const),
    ...(['2018-11-03T12:00Z', '2018-11-04T03:00Z 2018-11-05T02:00Z'] as const),
  ],
])('the next due moment %s', (_, schedule, zone, after, due) => {
  let now = Date.parse(after);
  for (const expected of due.split(' ')) {
    now = nextDue(schedule, zone, now);
    expect(new Date(now).toISOString()).toBe(new Date(expected).toISOString());
  }
});
