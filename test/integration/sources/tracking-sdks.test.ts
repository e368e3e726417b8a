import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Rudder from '@rudderstack/rudder-sdk-node';
import { Analytics as Segment } from '@segment/analytics-node';
import { Analytics as Segment1 } from 'analytics-node-1';
import { Analytics as Segment2 } from 'analytics-node-2';
import { Analytics as Segment30 } from 'analytics-node-3.0';
import { plantKey } from '../../support/keys.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { sources } from '../../support/sources.js';

const AS_OF = '2025-03-31';

type Kind = 'identify' | 'group' | 'track' | 'page' | 'screen' | 'alias';
type Said = [Kind, Record<string, unknown>];
interface Library {
  name: string;
  /** Sends calls with the library as it is, and waits until it has delivered them. */
  deliver: (origin: string, writeKey: string, calls: Said[]) => Promise<void>;
}

type SegmentClient = new (settings: {
  writeKey: string;
  host: string;
}) => Pick<Segment, Kind | 'on' | 'closeAndFlush'>;

/** Versions 2.0 and 3.0 put the key into the body, the others into a header. */
const segment = (name: string, Client: SegmentClient): Library => ({
  name,
  deliver: async (host, writeKey, calls) => {
    const client = new Client({ writeKey, host });
    const failures: unknown[] = [];
    client.on('error', (failure) => failures.push(failure));
    for (const [kind, call] of calls) client[kind](call as never);
    await client.closeAndFlush();
    expect(failures).toEqual([]);
  },
});

const rudder: Library = {
  name: 'rudder',
  deliver: async (dataPlaneUrl, writeKey, calls) => {
    const client = new Rudder(writeKey, { dataPlaneUrl, flushAt: 100, logLevel: 'none' });
    for (const [kind, call] of calls) client[kind](call as never);
    await client.flush();
  },
};

const LIBRARIES = [
  segment('segment', Segment),
  segment('segment1', Segment1 as unknown as SegmentClient),
  segment('segment2', Segment2 as unknown as SegmentClient),
  segment('segment30', Segment30 as unknown as SegmentClient),
  rudder,
];

/**
 * | user | created | active in March | orgs |
 * |---|---|---|---|
 * | ada | 01-01 | 29 (page), 30 (Song Played), 31 (Signed In) | acme; invited two on the 20th |
 * | bob | 02-01 | 15 (screen) | acme as Admin, removed from beta on the 16th |
 * | cid | 03-05, signed up | 5 (the sign-up) | beta |
 */
function calls(prefix: string): Said[] {
  const [ada, bob, cid, acme, beta] = ['ada', 'bob', 'cid', 'acme', 'beta'].map(
    (id) => `${prefix}-${id}`,
  );
  const on = (day: string) => new Date(`2025-03-${day}T12:00:00Z`);
  const track = (
    userId: string | undefined,
    day: string,
    event: string,
    more: object = {},
  ): Said => ['track', { userId, event, timestamp: on(day), ...more }];
  const invite = (invitee_email: string) => ({ properties: { invitee_email } });
  const within = (groupId: string | undefined, properties: object = {}) => {
    return { context: { groupId }, properties };
  };
  const traits = { email: `${prefix}-ada@x.example`, firstName: 'Ada', lastName: 'King' };
  return [
    [
      'identify',
      { userId: ada, traits: { ...traits, createdAt: '2025-01-01' }, timestamp: on('01') },
    ],
    ['identify', { userId: ada, traits: { username: 'queen' }, timestamp: on('02') }],
    ['group', { userId: ada, groupId: acme, traits: { name: 'Acme' }, timestamp: on('03') }],
    ['page', { userId: ada, name: 'Home', timestamp: on('29') }],
    track(ada, '30', 'Song Played'),
    track(ada, '31', 'Signed In'),
    track(ada, '20', 'Invite Sent', invite('i@x.example')),
    track(ada, '20', 'Invite Sent', invite(' I@X.example')),
    track(ada, '20', 'Invite Sent', invite('j@x.example')),
    [
      'identify',
      {
        userId: bob,
        traits: { email: `${prefix}-bob@x.example`, createdAt: '2025-02-01T00:00:00Z' },
        timestamp: on('01'),
      },
    ],
    ['screen', { userId: bob, name: 'Settings', timestamp: on('15') }],
    track(ada, '04', 'Account Created', within(beta, { account_name: 'Beta' })),
    track(bob, '14', 'Account Added User', within(acme, { role: 'Admin' })),
    track(bob, '14', 'Account Added User', within(beta)),
    track(bob, '16', 'Account Removed User', within(beta)),
    track(cid, '05', 'Signed Up', within(beta, { email: `${prefix}-cid@x.example` })),
    ['page', { anonymousId: 'anonymous', name: 'Home', timestamp: on('30') }],
    ['alias', { userId: ada, previousId: 'anonymous', timestamp: on('30') }],
  ];
}

let service: SharedService;
let key: string;
beforeAll(async () => {
  service = await useSharedService();
  key = await plantKey(service.databaseUrl, 'web shop', 'ingest');
  for (const library of LIBRARIES) {
    await library.deliver(service.origin, key, calls(library.name));
  }
  await service.api.run(AS_OF);
});
afterAll(() => service.close());

/** The rows of a report about one library's users or orgs. */
async function rows(subject: 'user' | 'org', report: string, prefix: string) {
  const { rows } = await service.api.ranking(subject, report, '30');
  return rows.filter((row) => String(row[`${subject}_id`]).startsWith(`${prefix}-`));
}

describe.each(LIBRARIES)('calls of the library of $name', ({ name }) => {
  test('give profiles, memberships and activity', async () => {
    const champions = await rows('user', 'champion', name);
    expect(champions.map((row) => [row['user_id'], row['extra_properties']])).toEqual([
      [`${name}-ada`, { num_active_days: 3 }],
      [`${name}-bob`, { num_active_days: 1 }],
      [`${name}-cid`, { num_active_days: 1 }],
    ]);
    expect(champions[0]).toMatchObject({
      ...{ email: `${name}-ada@x.example`, first_name: 'Ada', last_name: 'King' },
      ...{ username: 'queen', user_created_at: Date.parse('2025-01-01T00:00:00Z') / 1000 },
      last_active_at: Date.parse('2025-03-31T12:00:00Z') / 1000,
      org_data: [{ org_id: `${name}-acme`, display_name: 'Acme', user_role: 'Member' }],
    });
    expect(champions[1]).toMatchObject({
      org_data: [{ org_id: `${name}-acme`, display_name: 'Acme', user_role: 'Admin' }],
    });
    expect(champions[2]).toMatchObject({ org_data: [{ display_name: 'Beta' }] });
  });

  test('give invites, each address counted once', async () => {
    expect(await rows('user', 'top_inviter', name)).toMatchObject([
      { user_id: `${name}-ada`, extra_properties: { num_invites: 2 } },
    ]);
  });

  test('give growing and shrinking orgs', async () => {
    expect(await rows('org', 'growth', name)).toMatchObject([
      { org_id: `${name}-acme`, num_users: 2, extra_properties: { num_users_added: 2 } },
      {
        ...{ org_id: `${name}-beta`, name: 'Beta', num_users: 1 },
        extra_properties: { num_users_added: 2, num_users_removed: 1 },
      },
    ]);
  });
});

test('the source counts all calls, by event name where the name maps to a fact', async () => {
  const [source] = (await sources(service.api)).filter(({ kind }) => kind === 'tracking');
  expect(source).toMatchObject({ source: 'web shop', configured: true, dead_letters: [] });
  const counts = source!.last_day.map(({ type, outcome, count }) => [
    `${type} ${outcome}`,
    count / LIBRARIES.length,
  ]);
  expect(Object.fromEntries(counts)).toEqual({
    ...{ 'identify accepted': 3, 'group accepted': 1, 'page accepted': 1, 'screen accepted': 1 },
    ...{ 'track accepted': 1, 'Signed In accepted': 1, 'Signed Up accepted': 1 },
    ...{ 'Invite Sent accepted': 3, 'Account Created accepted': 1 },
    ...{ 'Account Added User accepted': 2, 'Account Removed User accepted': 1 },
    ...{ 'page unused': 1, 'alias unused': 1 },
  });
});
