import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dayBefore, renamed } from '../../support/agreement.js';
import { Api } from '../../support/api.js';
import { ask } from '../../support/database.js';
import { Imports, lines } from '../../support/imports.js';
import { Model, type Subject, type WireEvent } from '../../support/model/model.js';
import { TRAIT_LISTS, TRAIT_SETTINGS, traits } from '../../support/model/random-traits.js';
import {
  startProcess,
  startTestService,
  testSettings,
  TEST_KEY,
  type TestProcess,
  type TestService,
} from '../../support/service.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 12);
const NOON = Date.parse(`${dayBefore(3)}T12:00:00Z`);
const IDS = { user: ['ada', 'bob', 'cid'], org: ['acme', 'beta'] } as const;

let service: TestService;
let other: TestProcess;
beforeAll(async () => {
  service = await startTestService(TRAIT_SETTINGS, 'api');
  other = await startProcess('api', { ...testSettings(service.databaseUrl), ...TRAIT_SETTINGS });
});
afterAll(async () => {
  await other.stop();
  await service.close();
});

/** Events about few subjects at few moments, so that traits meet in the same millisecond. */
const anEvent = fc
  .record({
    subject: fc.constantFrom<Subject[]>('user', 'user', 'org'),
    kind: fc.oneof(
      { arbitrary: fc.constant('updated'), weight: 12 },
      { arbitrary: fc.constant('created'), weight: 4 },
      { arbitrary: fc.constant('deleted'), weight: 1 },
    ),
    which: fc.nat(2),
    // Deletions may be dated ahead of the traits, within the ten minutes that are allowed.
    minute: fc.nat(4),
    source: fc.constantFrom('app', 'crm'),
    traits,
  })
  .map(({ subject, kind, which, minute, source, traits: given }) => {
    const ids = IDS[subject];
    const data: Record<string, unknown> = { [`${subject}_id`]: ids[which % ids.length]! };
    if (kind !== 'deleted') data['traits'] = given;
    if (subject === 'org' && kind === 'created') data['name'] = 'An org';
    const at = kind === 'deleted' && minute === 0 ? Date.now() + 300_000 : NOON + minute * 60_000;
    return { source, type: `${subject}.${kind}`, time: new Date(at).toISOString(), data };
  });

const history = fc
  .array(anEvent, { minLength: 10, maxLength: 60 })
  .map((events) => events.map((one, index): WireEvent => ({ ...one, id: `e${index % 40}` })));

/** Some twice, in any order, split anywhere, by several writers of two processes. */
const delivery = history.chain((events) => {
  // Of events with the same identity, the first one counts: the later one must not arrive before it.
  const once = [...new Map(events.toReversed().map((one) => [one.source + one.id, one])).values()];
  const sent = [...once, ...once.filter((_, index) => index % 3 === 0)];
  return fc.record({
    once: fc.constant(once),
    sent: fc.shuffledSubarray(sent, { minLength: sent.length }),
    size: fc.integer({ min: 1, max: 20 }),
    writers: fc.integer({ min: 1, max: 4 }),
  });
});

async function send(sent: readonly WireEvent[], size: number, writers: number): Promise<void> {
  const apis = [service.api, new Api(other.origin, TEST_KEY)];
  let next = 0;
  const writer = async (api: Api) => {
    while (next < sent.length) await api.ingest(sent.slice(next, (next += size)));
  };
  await Promise.all(Array.from({ length: writers }, (_, index) => writer(apis[index % 2]!)));
}

/** The traits that the API shows, in their order; undefined for a 404. */
async function shown(subject: Subject, id: string): Promise<[string, unknown][] | undefined> {
  const path = `/api/insights/v1/${subject}s/${encodeURIComponent(id)}`;
  const { status, body } = await service.api.get<{ traits: object }>(path);
  return status === 404 ? undefined : Object.entries(body.traits);
}

async function expectTheModelsTraits(events: readonly WireEvent[], prefix: string): Promise<void> {
  const model = new Model(events);
  for (const subject of ['user', 'org'] as const) {
    for (const id of IDS[subject].map((one) => prefix + one)) {
      const expected = model.traits(subject, id, TRAIT_LISTS);
      expect([id, await shown(subject, id)]).toEqual([id, expected]);
    }
  }
}

let count = 0;

test('the same events give the same traits in any order, doubled, split or concurrent, and none of a deleted subject are kept', async () => {
  const property = fc.asyncProperty(delivery, async ({ once, sent, size, writers }) => {
    const prefix = `${(count++).toString(36)}~`;
    const events = once.map((one) => renamed(one, prefix));
    await send(
      sent.map((one) => renamed(one, prefix)),
      size,
      writers,
    );
    await expectTheModelsTraits(events, prefix);
    const deleted = events.filter(({ type }) => type.endsWith('.deleted'));
    const ids = deleted.map(({ data }) => String(data['user_id'] ?? data['org_id']));
    const left = await ask(
      service.databaseUrl,
      `select user_id from user_traits join user_ids on id = user_key where user_id = any($1)
       union all
       select org_id from org_traits join org_ids on id = org_key where org_id = any($1)`,
      [ids],
    );
    expect(left).toEqual([]);
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: process.env['CI'] !== undefined });
}, 300_000);

test('an import of the same events gives the same traits', async () => {
  const imports = await Imports.into(service.databaseUrl, TRAIT_SETTINGS);
  try {
    const events = fc
      .sample(history, { seed: 7, numRuns: 6 })
      .flatMap((one, index) => one.map((event) => ({ ...renamed(event, `file${index}~`) })));
    const once = [
      ...new Map(events.toReversed().map((one) => [one.source + one.id, one])).values(),
    ];
    await imports.write('traits.ndjson', lines(once.toReversed()));
    const { code, stdout } = await imports.run('ndjson', 'traits.ndjson');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^traits dropped +\d+ not on the list$/m),
    ]);
    for (let index = 0; index < 6; index++) {
      const prefix = `file${index}~`;
      const ours = once.filter(({ id }) => id.startsWith(prefix));
      await expectTheModelsTraits(ours, prefix);
    }
  } finally {
    await imports.remove();
  }
});
