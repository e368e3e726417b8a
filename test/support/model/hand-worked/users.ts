import { describe, expect, test } from '@jest/globals';
import { Model, type WireEvent } from '../model.js';
import { T, users } from './asking.js';
import { active, deleted, second, tell, userCreated } from './telling.js';

describe('users', () => {
  test('a row has every key of the wire, the unknown ones null or empty', () => {
    const events = [userCreated('u', '2026-03-30 08:00:00.9')];
    expect(new Model(events).report('user', 'champion', '30', T)).toEqual({
      total_count: 1,
      rows: [
        {
          user_id: 'u',
          user_created_at: second('2026-03-30 08:00:00'),
          username: null,
          first_name: null,
          last_name: null,
          email: 'u@example.com',
          last_active_at: second('2026-03-30 08:00:00'),
          org_data: [],
          extra_properties: { num_active_days: 1 },
        },
      ],
    });
  });

  test('a user needs no e-mail, and a creation cannot clear it', () => {
    const created = (when: string, email?: string | null) =>
      tell('user.created', when, { user_id: 'u', ...(email !== undefined && { email }) });
    const shown = (...events: WireEvent[]) =>
      users(events, 'champion', '30').map((row) => row.email);
    expect(shown(created('2026-03-20'))).toEqual(['']);
    expect(shown(created('2026-03-20', null))).toEqual(['']);
    const known = created('2026-03-10', 'u@example.com');
    expect(shown(known, created('2026-03-20'))).toEqual(['u@example.com']);
    expect(shown(known, created('2026-03-20', null))).toEqual(['u@example.com']);
  });

  test('a profile field is what the latest event that carries it says, and null clears it', () => {
    const update = (when: string, data: object, identity?: { id: string; source: string }) =>
      tell('user.updated', when, { user_id: 'u', ...data }, identity);
    const events = [
      update('2026-03-20', { username: 'late', last_name: null }),
      update('2026-03-10', { username: 'early', first_name: 'Ann' }),
      userCreated('u', '2026-03-05', { username: 'first', last_name: 'Lee' }),
      // Of one time: the id decides ('B' before 'a'), then the source.
      update('2026-03-21', { email: 'new@example.com' }, { id: 'a', source: 'b' }),
      update('2026-03-21', { email: 'old@example.com' }, { id: 'a', source: 'a' }),
      update('2026-03-21', { email: 'older@example.com' }, { id: 'B', source: 'z' }),
    ];
    expect(users(events, 'champion', '30')).toMatchObject([
      { username: 'late', first_name: 'Ann', last_name: null, email: 'new@example.com' },
    ]);
  });

  test('created_at is the earliest creation told, and every creation told is an active day', () => {
    const events = [
      userCreated('u', '2026-03-20', { created_at: second('2026-03-10 01:02:03') }),
      userCreated('u', '2026-03-25', { created_at: '2026-03-06T00:30:00+01:00' }),
      userCreated('u', '2026-03-07'),
      tell('user.updated', '2026-03-08', { user_id: 'u', created_at: 1 }),
    ];
    expect(users(events, 'champion', '30')).toMatchObject([
      {
        user_created_at: second('2026-03-05 23:30:00'),
        last_active_at: second('2026-03-10 01:02:03'),
        extra_properties: { num_active_days: 3 }, // 03-05, 03-07, 03-10
      },
    ]);
    expect(users(events, 'champion', '30', second('2026-03-05 23:30:00'))).toHaveLength(1);
    expect(users(events, 'champion', '30', second('2026-03-05 23:29:59'))).toHaveLength(0);
  });

  test('a deleted user stays deleted: counted in a list of before, but no longer shown', () => {
    const events = [
      userCreated('u', '2026-03-05'),
      deleted('user', 'u', '2026-03-20'),
      deleted('user', 'u', '2026-03-25'),
      userCreated('u', '2026-03-21'),
    ];
    const model = new Model(events);
    const champions = (at: string) => model.report('user', 'champion', '30', second(at));
    expect(champions('2026-03-20 11:59:59')).toEqual({ total_count: 1, rows: [] });
    expect(champions('2026-03-20 12:00:00')).toEqual({ total_count: 0, rows: [] });
    expect(champions('2026-03-31')).toEqual({ total_count: 0, rows: [] });
  });

  test('of an identity the first given counts; another source is another identity', () => {
    const update = (data: object, when: string, source: string) =>
      tell('user.updated', when, { user_id: 'u', ...data }, { id: 'same', source });
    const events = [
      userCreated('u', '2026-03-05'),
      update({ username: 'given first' }, '2026-03-10', 'app'),
      update({ username: 'given second', last_name: 'Lee' }, '2026-03-11', 'app'),
      update({ first_name: 'Ann' }, '2026-03-09', 'crm'),
    ];
    expect(users(events, 'champion', '30')).toMatchObject([
      { username: 'given first', first_name: 'Ann', last_name: null },
    ]);
  });

  test('as of the past, last_active_at is the start of the last active day by then', () => {
    const at = second('2026-03-10 23:59:59');
    const lastActive = (events: WireEvent[]) =>
      users(events, 'champion', '30', at).map((row) => row.last_active_at);
    const since = [userCreated('u', '2026-01-10'), ...active('u', '2026-03-05 08:00')];
    expect(lastActive(since)).toEqual([second('2026-03-05 08:00')]);
    expect(lastActive([...since, ...active('u', '2026-03-20')])).toEqual([
      second('2026-03-05 00:00'),
    ]);
    // Created later on that day than its start.
    const young = [userCreated('u', '2026-03-05 06:00:07.5'), ...active('u', '2026-03-20')];
    expect(lastActive(young)).toEqual([second('2026-03-05 06:00:07')]);
    // Within the last second of the day: not after T to the second, so it stays exact.
    const split = [...since, ...active('u', '2026-03-10 23:59:59.999')];
    expect(lastActive(split)).toEqual([at]);
  });

  test('signup parameters are the latest told, {} when none, unknown once the user is not', () => {
    const params = (signup_query_parameters: object) => ({ signup_query_parameters });
    const model = new Model([
      userCreated('u', '2026-03-02', params({ ref: 'b' })),
      userCreated('u', '2026-03-01', params({ ref: 'a', utm: 'x' })),
      userCreated('none', '2026-03-01'),
      userCreated('gone', '2026-03-01', params({ ref: 'a' })),
      deleted('user', 'gone', '2026-03-02'),
      ...active('only an id', '2026-03-02'),
    ]);
    expect(model.signupParameters('u')).toEqual({ ref: 'b' });
    expect(model.signupParameters('none')).toEqual({});
    expect(model.signupParameters('gone')).toBeUndefined();
    expect(model.signupParameters('only an id')).toBeUndefined();
  });
});
