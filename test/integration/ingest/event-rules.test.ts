import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anEvent, LEAST_DATA, send, signupParameters, wrongFields } from '../../support/sending.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';

const MINUTE_MS = 60_000;
const EMOJI = '\u{1F600}';

let service: SharedService;
beforeAll(async () => {
  service = await useSharedService();
});
afterAll(() => service.close());

function fromNow(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE_MS).toISOString();
}

async function expectAccepted(...events: unknown[]): Promise<void> {
  const { status, body } = await send(service.api, events);
  expect([status, body]).toEqual([200, { accepted: events.length, rejected: [] }]);
}

const isId = (field: string) => /(^|_)(user|org)_id$/.test(field);
const required = Object.entries(LEAST_DATA).flatMap(([type, data]) =>
  Object.keys(data)
    .filter((field) => type !== 'user.created' || field !== 'email')
    .map((field) => [type, field] as const),
);

describe('the data of every type', () => {
  test.each(Object.keys(LEAST_DATA))(
    '%s is accepted with only its required fields',
    async (type) => {
      await expectAccepted(anEvent(type));
    },
  );

  test.each(required)('%s is rejected without %s', async (type, field) => {
    expect(await wrongFields(service.api, anEvent(type, { [field]: undefined }))).toEqual([
      `data.${field}`,
    ]);
  });

  test.each(required)('%s is rejected when %s is null or not a string', async (type, field) => {
    for (const value of [null, 7, true, ['x'], { x: 'x' }]) {
      expect(await wrongFields(service.api, anEvent(type, { [field]: value }))).toEqual([
        `data.${field}`,
      ]);
    }
  });

  test('the e-mail of user.created may be absent or null, and is a string otherwise', async () => {
    for (const email of [undefined, null]) await expectAccepted(anEvent('user.created', { email }));
    for (const email of ['', ' ', 7, {}]) {
      const fields = await wrongFields(service.api, anEvent('user.created', { email }));
      expect(fields).toEqual(['data.email']);
    }
  });

  test.each(required.filter(([, field]) => isId(field)))(
    '%s accepts a %s of 1 to 255 characters of any size in bytes',
    async (type, field) => {
      for (const value of ['', 'x'.repeat(256), EMOJI.repeat(256)]) {
        const fields = await wrongFields(service.api, anEvent(type, { [field]: value }));
        expect(fields).toEqual([`data.${field}`]);
      }
      await expectAccepted(
        ...['y', 'y'.repeat(255), EMOJI.repeat(255)].map((id) => anEvent(type, { [field]: id })),
      );
    },
  );

  test('every optional field is accepted', async () => {
    const names = { username: 'ann', first_name: 'Ann', last_name: 'Lee' };
    const more = { created_at: 1_700_000_000, signup_query_parameters: { utm: 'x' } };
    await expectAccepted(
      anEvent('user.created', { ...names, ...more }),
      anEvent('user.updated', { ...names, email: 'new@example.com' }),
      anEvent('org.created', { created_at: '2023-11-14T22:13:20Z' }),
      anEvent('org.updated', { name: 'New' }),
      anEvent('user.added_to_org', { role: 'Owner' }),
      anEvent('user.invited_to_org', { org_id: 'o', role: 'Owner' }),
    );
  });

  test.each([['username'], ['first_name'], ['last_name']])(
    'a null %s is accepted and clears the field; another type is rejected',
    async (field) => {
      const types = ['user.created', 'user.updated'];
      await expectAccepted(...types.map((type) => anEvent(type, { [field]: null })));
      for (const type of types) {
        expect(await wrongFields(service.api, anEvent(type, { [field]: 7 }))).toEqual([
          `data.${field}`,
        ]);
      }
    },
  );

  test('null is rejected for fields that cannot be cleared: an e-mail and the name of an org', async () => {
    const email = anEvent('user.updated', { email: null });
    const name = anEvent('org.updated', { name: null });
    expect(await wrongFields(service.api, email)).toEqual(['data.email']);
    expect(await wrongFields(service.api, name)).toEqual(['data.name']);
  });

  test.each([
    ['user.created', 'email'],
    ['user.updated', 'email'],
    ['user.invited_to_org', 'invitee_email'],
  ])('%s with a blank %s is rejected', async (type, field) => {
    for (const blank of ['', '  ', '\t\n']) {
      expect(await wrongFields(service.api, anEvent(type, { [field]: blank }))).toEqual([
        `data.${field}`,
      ]);
    }
  });

  test('unknown fields are ignored, also those named like members of an object', async () => {
    const data =
      '{"user_id":"odd","email":"o@example.com","__proto__":{"a":1},"toString":2,"x":[]}';
    const event = `{"id":"odd","type":"user.created","__proto__":{"data":1},"hasOwnProperty":0,"data":${data}}`;
    const { status, body } = await send(service.api, event);
    expect([status, body]).toEqual([200, { accepted: 1, rejected: [] }]);
    expect((await signupParameters(service.api, 'odd')).status).toBe(200);
  });

  test.each([['constructor'], ['__proto__'], ['toString']])('%s is a valid id', async (id) => {
    const parameters = { whose: id };
    const event = { user_id: id, email: 'e@example.com', signup_query_parameters: parameters };
    await expectAccepted(anEvent('user.created', event));
    const { body } = await signupParameters(service.api, id);
    expect(body.user_signup_query_parameters).toEqual(parameters);
  });
});

describe('signup parameters', () => {
  test('any name is stored, also those with a meaning in JavaScript', async () => {
    const pairs = [
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
      ['', 'empty name'],
      [`utm ${EMOJI}`, ''],
      ['quote"\\', '\u2028 % &='],
    ];
    const object = `{${pairs.map((pair) => pair.map((text) => JSON.stringify(text)).join(':')).join()}}`;
    const event = `{"id":"params","type":"user.created","data":{"user_id":"params","email":"p@example.com","signup_query_parameters":${object}}}`;
    expect((await send(service.api, event)).body).toEqual({ accepted: 1, rejected: [] });
    const { body } = await signupParameters(service.api, 'params');
    const kept = Object.entries(body.user_signup_query_parameters);
    expect(kept.sort()).toEqual(pairs.sort());
  });

  test.each([
    ['a number inside', { a: 'x', b: 1 }],
    ['null inside', { b: null }],
    ['an object inside', { b: {} }],
    ['an array', ['x']],
    ['a string', 'a=b'],
  ])('%s is rejected', async (_what, signup_query_parameters) => {
    const fields = await wrongFields(
      service.api,
      anEvent('user.created', { signup_query_parameters }),
    );
    expect(fields).toEqual([expect.stringMatching(/^data\.signup_query_parameters(\.b)?$/)]);
  });
});

describe('the attributes of an event', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['no id', 'id', { id: undefined }],
    ['a null id', 'id', { id: null }],
    ['an id that is a number', 'id', { id: 7 }],
    ['an empty id', 'id', { id: '' }],
    ['an id of 256 characters', 'id', { id: 'x'.repeat(256) }],
    ['no type', 'type', { type: undefined }],
    ['an unknown type', 'type', { type: 'user.moved' }],
    ['a type of the wrong case', 'type', { type: 'User.Active' }],
    ['a type that every object has', 'type', { type: 'constructor' }],
    ['no data', 'data', { data: undefined }],
    ['data that is an array', 'data', { data: [] }],
    ['data that is a string', 'data', { data: '{"user_id":"u"}' }],
    ['an empty source', 'source', { source: '' }],
    ['a source that is a number', 'source', { source: 1 }],
    ['another specversion', 'specversion', { specversion: '0.3' }],
    ['a time that is a day of a spreadsheet', 'time', { time: 45_717 }],
    ['a time in the year 10000', 'time', { time: '9999-12-31T23:59:59-01:00' }],
    ['a time before 1970', 'time', { time: -1 }],
    ['a day that does not exist', 'time', { time: '2025-02-30T10:00:00Z' }],
    ['a time of words', 'time', { time: 'yesterday' }],
    ['a time 11 minutes ahead', 'time', { time: fromNow(11) }],
  ])('%s is rejected as %s', async (_what, field, attributes) => {
    expect(await wrongFields(service.api, anEvent('user.active', {}, attributes))).toEqual([field]);
  });

  test.each([[null], [7], ['event'], [[]], [true]])('%j is not an event', async (value) => {
    const { status, body } = await send(service.api, [value, anEvent('user.active')]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 0, id: null }] });
  });

  test('ids of 255 characters are accepted, with any number of bytes', async () => {
    const ids = ['i'.repeat(255), EMOJI.repeat(255), ' ', '\u00fc/%?#'];
    await expectAccepted(...ids.map((id) => anEvent('user.active', {}, { id })));
  });

  test('a time up to 10 minutes ahead is accepted, in any zone', async () => {
    const shifted = fromNow(9 - 5 * 60).replace('Z', '-05:00');
    const far = fromNow(11 - 5 * 60).replace('Z', '-05:00');
    await expectAccepted(
      anEvent('user.active', {}, { time: fromNow(9) }),
      anEvent('user.active', {}, { time: shifted }),
    );
    expect(await wrongFields(service.api, anEvent('user.active', {}, { time: far }))).toEqual([
      'time',
    ]);
  });
});

describe('text that cannot be stored is rejected by its field', () => {
  const nul = 'a\u0000b';
  test.each<[string, string, object, object]>([
    ['a NUL in an id', 'data.user_id', { user_id: nul }, {}],
    ['a NUL in a name', 'data.first_name', { first_name: nul }, {}],
    ['a NUL in an e-mail', 'data.email', { email: nul }, {}],
    ['a NUL in the id of the event', 'id', {}, { id: nul }],
    ['a NUL in the source', 'source', {}, { source: nul }],
    ['half a surrogate pair in an id', 'data.user_id', { user_id: '\ud800' }, {}],
    ['half a surrogate pair in a name', 'data.first_name', { first_name: 'a\udc00' }, {}],
    ['half a surrogate pair in the id of the event', 'id', {}, { id: '\ud800' }],
  ])('%s', async (_what, field, data, attributes) => {
    const events = [
      anEvent('user.active'),
      anEvent('user.created', { ...data }, { ...attributes }),
      anEvent('user.active'),
    ];
    const { status, body } = await send(service.api, events);
    expect(status).toBe(200);
    expect(body.accepted).toBe(2);
    expect(body.rejected.map(({ index, errors }) => [index, Object.keys(errors)])).toEqual([
      [1, [field]],
    ]);
  });

  test.each<[string, Record<string, string>]>([
    ['a NUL in the value of a signup parameter', { a: nul }],
    ['a NUL in the name of a signup parameter', { [nul]: 'a' }],
    ['half a surrogate pair in the value of a signup parameter', { a: '\ud800' }],
    ['half a surrogate pair in the name of a signup parameter', { '\ud800': 'a' }],
  ])('%s', async (_what, signup_query_parameters) => {
    const events = ['user.active', 'user.created'].map((type) =>
      anEvent(type, { signup_query_parameters }),
    );
    const { status, body } = await send(service.api, events);
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] });
    const [field] = Object.keys(body.rejected[0]!.errors);
    expect(field).toMatch(/^data\.signup_query_parameters/);
  });

  test.each([
    ['is in an unknown field', '{"user_id":"u","x":DEEP}'],
    ['is beside what is wrong', '{"x":DEEP}'],
    ['is wrong itself', '{"user_id":DEEP}'],
    ['is the whole of the data', 'DEEP'],
  ])('endless nesting that %s rejects only its own event', async (what, data) => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const event = `{"id":"${what}","type":"user.active","data":${data.replace('DEEP', deep)}}`;
    const body = `[${JSON.stringify(anEvent('user.active'))},${event}]`;
    const reply = await send(service.api, body);
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        accepted: 1,
        rejected: [{ index: 1, id: what, errors: { event: [expect.stringContaining('nested')] } }],
      },
    ]);
  });

  test('a NUL in an ignored field does not matter', async () => {
    await expectAccepted(anEvent('user.active', { note: nul }));
  });
});
