import { describe, expect, test } from '@jest/globals';
import type { EventType, NativeEvent } from '#libs/contracts';
import { partsOf } from '../../libs/facts/membership/version.js';
import { FactBatch } from '../../libs/facts/write/batch.js';

const T = Date.UTC(2026, 0, 31, 12);

/** A checked event. @param at milliseconds after T */
const event = (type: EventType, data: object, at = 0, more: object = {}): NativeEvent =>
  ({ type, data, id: `${type}-${at}`, source: 's', at: T + at, ...more }) as NativeEvent;

/** Every order of a few events. */
function orders<V>(all: readonly V[]): V[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((one, index) =>
    orders([...all.slice(0, index), ...all.slice(index + 1)]).map((rest) => [one, ...rest]),
  );
}

/** What a batch of these events writes; the same in every order of the events. */
function inEveryOrder<V>(events: readonly NativeEvent[], read: (batch: FactBatch) => V): V {
  const [first, ...others] = orders(events).map((some) => read(new FactBatch(some)));
  for (const other of others) expect(other).toEqual(first);
  return first!;
}

const user = (batch: FactBatch, id = 'ann') => batch.users.get(id)!;
const values = (batch: FactBatch) =>
  Object.fromEntries(
    Object.entries(user(batch).profile).map(([field, { value }]) => [field, value]),
  );

describe('users', () => {
  test('the earliest reported creation counts, and each one is an active day', () => {
    const created = (at: number, created_at?: number) =>
      event('user.created', { user_id: 'ann', created_at }, at);
    const events = [created(0), created(9, T - 500), created(5, T + 700)];
    expect(inEveryOrder(events, (batch) => user(batch).createdAt)).toBe(T - 500);
    const days = inEveryOrder(events, ({ activity }) => activity.map(({ at }) => at).sort());
    expect(days).toEqual([T - 500, T, T + 700]);
    expect(new FactBatch(events).activity.every(({ orgId }) => orgId === undefined)).toBe(true);
  });

  test('an update moves no creation', () => {
    const batch = new FactBatch([event('user.updated', { user_id: 'ann', email: 'a@x.example' })]);
    expect(user(batch).createdAt).toBeUndefined();
    expect(batch.activity).toEqual([]);
  });

  test('each field has the value of the latest event that carries it; null is a value', () => {
    const events = [
      event('user.created', { user_id: 'ann', email: 'old@x.example', first_name: 'Ann' }, 0),
      event('user.updated', { user_id: 'ann', email: 'new@x.example' }, 2),
      event('user.updated', { user_id: 'ann', last_name: 'Lee', first_name: null }, 1),
    ];
    expect(inEveryOrder(events, values)).toEqual({
      email: 'new@x.example',
      first_name: null,
      last_name: 'Lee',
    });
  });

  test('at the same time, the bytes of the id decide, then the source; an order key replaces the id', () => {
    const named = (first_name: string, more: object) =>
      event('user.updated', { user_id: 'ann', first_name }, 0, more);
    const byId = [named('upper', { id: 'Z' }), named('lower', { id: 'a' })];
    expect(inEveryOrder(byId, values)).toEqual({ first_name: 'lower' });
    const bySource = [
      named('b', { id: 'x', source: 'b' }),
      named('longer id', { id: 'x1', source: 'a' }),
      named('a', { id: 'x', source: 'a' }),
    ];
    expect(inEveryOrder(bySource, values)).toEqual({ first_name: 'longer id' });
    const byKey = [
      named('second', { id: 'a', orderKey: '2:a' }),
      named('first', { id: 'z', orderKey: '1:z' }),
    ];
    expect(inEveryOrder(byKey, values)).toEqual({ first_name: 'second' });
  });

  test('signup parameters are replaced as a whole, and stored as JSON', () => {
    const events = [
      event('user.created', { user_id: 'ann', signup_query_parameters: { a: '1', b: '2' } }, 0),
      event('user.updated', { user_id: 'ann', signup_query_parameters: { c: '3' } }, 1),
    ];
    expect(inEveryOrder(events, values)).toEqual({ signup_query_parameters: '{"c":"3"}' });
  });

  test('the first deletion counts, and leaves the other changes to the store', () => {
    const events = [
      event('user.deleted', { user_id: 'ann' }, 5),
      event('user.deleted', { user_id: 'ann' }, 3),
      event('user.updated', { user_id: 'ann', first_name: 'Ann' }, 9),
    ];
    const deletion = inEveryOrder(events, (batch) => partsOf(user(batch).deletion!));
    expect(deletion.at).toBe(T + 3);
    expect(inEveryOrder(events, values)).toEqual({ first_name: 'Ann' });
  });
});

describe('traits', () => {
  test('each key has the value of the latest event that carries it, as JSON; null clears it', () => {
    const traits = (all: Record<string, unknown>, at: number) =>
      event('user.updated', { user_id: 'ann', traits: Object.entries(all) }, at);
    const events = [
      traits({ plan: 'free', seats: 3, beta: true }, 0),
      traits({ plan: 'pro', beta: null }, 2),
      traits({ plan: 'trial', seats: 4 }, 1),
    ];
    const read = (batch: FactBatch) =>
      Object.fromEntries([...user(batch).traits!].map(([key, { value }]) => [key, value]));
    expect(inEveryOrder(events, read)).toEqual({ plan: '"pro"', seats: '4', beta: null });
  });

  test('keys of users and orgs with the same id are separate', () => {
    const batch = new FactBatch([
      event('user.updated', { user_id: 'x', traits: [['plan', 'free']] }),
      event('org.updated', { org_id: 'x', traits: [['plan', 'pro']] }),
    ]);
    expect(batch.users.get('x')!.traits!.get('plan')!.value).toBe('"free"');
    expect(batch.orgs.get('x')!.traits!.get('plan')!.value).toBe('"pro"');
  });
});

describe('orgs', () => {
  test('the latest name, the earliest creation, the first deletion', () => {
    const events = [
      event('org.created', { org_id: 'acme', name: 'Acme' }, 4),
      event('org.created', { org_id: 'acme', name: 'Older', created_at: T - 900 }, 1),
      event('org.updated', { org_id: 'acme', name: 'Newest' }, 7),
      event('org.deleted', { org_id: 'acme' }, 6),
    ];
    const read = ({ orgs }: FactBatch) => {
      const { createdAt, name, deletion } = orgs.get('acme')!;
      return { createdAt, name: name!.value, deletedAt: partsOf(deletion!).at };
    };
    expect(inEveryOrder(events, read)).toEqual({
      ...{ createdAt: T - 900, name: 'Newest', deletedAt: T + 6 },
    });
  });

  test('an update without a name is no change of the name', () => {
    const batch = new FactBatch([event('org.updated', { org_id: 'acme', traits: [] })]);
    expect(batch.orgs.get('acme')!.name).toBeUndefined();
  });
});

test('steps keep their kind, role and version, also those of the same pair and time', () => {
  const pair = { user_id: 'ann', org_id: 'acme' };
  const { steps, users, orgs } = new FactBatch([
    event('user.added_to_org', pair),
    event('user.removed_from_org', pair),
    event('user.role_changed_within_org', { ...pair, role: 'Owner' }),
    event('user.added_to_org', { ...pair, role: 'Admin' }, 1),
  ]);
  const read = steps.map(({ kind, role, version }) => [kind, role, partsOf(version).at]);
  expect(read).toEqual([
    ['add', null, T],
    ['remove', null, T],
    ['role', 'Owner', T],
    ['add', 'Admin', T + 1],
  ]);
  // A mention creates neither the user nor the org.
  expect([users.size, orgs.size]).toEqual([0, 0]);
});

test('invited addresses are trimmed and in lower case; every invite is kept', () => {
  const invite = (invitee_email: string, org_id?: string) =>
    event('user.invited_to_org', { inviter_user_id: 'ann', invitee_email, org_id });
  const { invites } = new FactBatch([invite(' New@X.example ', 'acme'), invite('new@x.example')]);
  expect(invites.map(({ invitee, orgId }) => [invitee, orgId])).toEqual([
    [{ email: 'new@x.example' }, 'acme'],
    [{ email: 'new@x.example' }, undefined],
  ]);
});

test('activity keeps the org that it names', () => {
  const { activity } = new FactBatch([
    event('user.active', { user_id: 'ann', org_id: 'acme' }),
    event('user.active', { user_id: 'ann' }, 1),
  ]);
  expect(activity).toEqual([
    { userId: 'ann', orgId: 'acme', at: T },
    { userId: 'ann', orgId: undefined, at: T + 1 },
  ]);
});
