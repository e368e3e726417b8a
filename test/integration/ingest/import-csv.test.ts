import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Calendar } from '#libs/contracts';
import type { CsvKind } from '#libs/ingest';
import { eventsOfRow } from '../../../libs/ingest/import/csv/rows.js';
import { modelCharts, readCharts, withoutOwnIds } from '../../support/agreement.js';
import { ask } from '../../support/database.js';
import { Imports, printedCount } from '../../support/imports.js';
import { Model, RANKINGS, type WireEvent } from '../../support/model/model.js';
import { startTestService, type TestService } from '../../support/service.js';

jest.setTimeout(120_000);

/**
 * Seen from the end of 2025-03-31, the memberships as of 03-20. By hand: W(30) is 03-02 … 03-31, W(7)
 * begins 03-25, P(7) is 03-18 … 03-24.
 *
 * - acme: ann and eve came in W(30), cid left in it, bob joined at an unknown time: 3 users.
 * - beta: dan came and left on one day, cid left it; his time of joining is unknown.
 */
const DAY = '2025-03-31';
const FILES: Record<CsvKind, string> = {
  users: `user_id,email,username,first_name,last_name,created_at,last_active_at
ann,ann@acme.example,ann,"Ann, the ""first""",Lee,2024-06-01,2025-03-26T09:00:00Z
bob,bob@acme.example,,,,2024-07-01,
cid,cid@acme.example,,,,2024-08-01T10:00:00Z,2024-08-01T10:00:00Z
eve,eve@acme.example,,,,1725148800,
`,
  orgs: `Org ID;Org Name;Created At
acme;Acme;2024-06-02
beta;Beta;2024-07-02
`,
  memberships: `user_id,org_id,role,joined_at,left_at
ann,acme,Owner,2025-03-05,
eve,acme,,2025-03-06 10:00:00+00,
bob,acme,Admin,,
cid,acme,,2025-01-05,2025-03-10
cid,beta,,,2025-03-12
dan,beta,Guest,2025-03-15,2025-03-15
`,
  activity: `day,user_id
2025-03-10,ann
2025-03-10,ann
2025-03-11T23:59:59Z,ann
2025-03-20,bob
`,
  invites: `inviter_user_id,invitee_email,org_id,role,invited_at
ann,x@example.com,acme,,2025-03-10
ann, X@example.com,acme,,2025-03-11
bob,y@example.com,,,2025-03-12
`,
};
const AS_OF: Partial<Record<CsvKind, string>> = { memberships: '2025-03-20' };
const KINDS = Object.keys(FILES) as CsvKind[];

let service: TestService;
let imports: Imports;
beforeAll(async () => {
  service = await startTestService();
  imports = await Imports.into(service.databaseUrl);
  for (const kind of KINDS) await imports.write(`${kind}.csv`, FILES[kind]);
});
afterAll(async () => {
  await imports.remove();
  await service.close();
});

const load = (kind: CsvKind, name = `${kind}.csv`) =>
  imports.run('csv', kind, name, '--as-of', AS_OF[kind] ?? '2025-04-01');

const rankings = async () => {
  const { run_id: runId, report_time: at } = await service.api.run(DAY);
  const found: Record<string, unknown[]> = {};
  for (const [subject, report, interval] of RANKINGS) {
    const { rows } = await service.api.ranking(subject, report, interval, { runId });
    found[`${subject} ${report} ${interval}`] = rows.map(withoutOwnIds);
  }
  return { at, found };
};

test('the files, one of them first imported truncated, give the reports computed by hand', async () => {
  await imports.write('begun.csv', FILES.memberships.split('\n').slice(0, 5).join('\n'));
  expect(await load('memberships', 'begun.csv')).toMatchObject({ code: 0 });
  for (const kind of KINDS) {
    const ended = await load(kind);
    const rows = FILES[kind].trim().split('\n').length - 1;
    expect([kind, printedCount(ended, 'lines'), printedCount(ended, 'lines rejected')]).toEqual([
      kind,
      rows,
      0,
    ]);
  }
  await service.chartsAreFresh();
  const { found } = await rankings();
  const short = (name: string, ...fields: string[]) =>
    found[name]!.map((row) => {
      const { extra_properties: extra, ...own } = row as Record<string, unknown>;
      const all: Record<string, unknown> = { ...own, ...(extra as object) };
      return fields.map((field) => all[field]);
    });
  expect(short('user champion 30', 'user_id', 'num_active_days')).toEqual([
    ['ann', 3],
    ['bob', 1],
  ]);
  expect(short('user top_inviter 30', 'user_id', 'num_invites')).toEqual([
    ['ann', 1],
    ['bob', 1],
  ]);
  const changes = ['org_id', 'num_users', 'num_users_added', 'num_users_removed'];
  expect(short('org growth 30', ...changes)).toEqual([['acme', 3, 2, 1]]);
  expect(short('org attrition 30', ...changes)).toEqual([
    ['beta', 0, 1, 2],
    ['acme', 3, 2, 1],
  ]);
  expect(short('org churn 7', 'org_id')).toEqual([['beta']]);
  // Bob was active in P(7), and his time of joining acme is unknown: acme was never inactive.
  expect(short('org reengagement Weekly', 'org_id')).toEqual([]);
  expect(found['user champion 30']![0]).toMatchObject({
    first_name: 'Ann, the "first"',
    user_created_at: 1717200000,
    last_active_at: 1742979600,
    org_data: [{ org_id: 'acme', display_name: 'Acme', user_role: 'Owner' }],
  });
});

test('rows give the reports and charts of their documented events', async () => {
  const model = new Model(eventsOfFiles());
  const { at, found } = await rankings();
  for (const [subject, report, interval] of RANKINGS) {
    const name = `${subject} ${report} ${interval}`;
    const { rows } = model.report(subject, report, interval, at);
    expect([name, found[name]]).toEqual([name, rows]);
  }
  expect(await readCharts(service.api)).toEqual(modelCharts(model));
});

test('the same files again, also with a later date, change no number and store no step twice', async () => {
  const steps = () => ask(service.databaseUrl, 'select sum(length(steps)) from memberships');
  const [before, stepsBefore] = [(await rankings()).found, await steps()];
  await load('memberships');
  expect(await steps()).toEqual(stepsBefore);
  for (const kind of KINDS.filter((one) => one !== 'activity')) {
    await imports.run('csv', `${kind}.csv`, '--as-of', '2025-03-25');
  }
  expect((await rankings()).found).toEqual(before);
});

test('rejected rows are written with their reasons, and accepted when corrected', async () => {
  const wrong = `id,email,created_at
fay,fay@x.example,yesterday
"gus" x,gus@x.example,2025-01-01
hal,,soon
ida,ida@x.example
jon,"jon@x.example,2025-01-01
kim,kim@x.example,2025-01-01
`;
  await imports.write('wrong.csv', wrong);
  const ended = await imports.run('csv', 'wrong.csv');
  expect(printedCount(ended, 'lines rejected')).toBe(5);
  const rejected = await imports.read('wrong.csv.rejected.csv');
  expect(rejected.split('\n').map((line) => line.split(',').slice(0, 2).join(','))).toEqual([
    'rejected_line,rejected_reason',
    expect.stringMatching(/^2,"created_at must be a time/),
    expect.stringMatching(/^3,"row cannot be read: quotes must stand/),
    expect.stringMatching(/^4,"created_at must be a time/),
    '5,"row has 2 cells where the header has 3"',
    '6,"row has a quote that is not closed"',
    '',
  ]);
  await imports.write('mended.csv', rejected.replace('yesterday', '2025-01-01'));
  expect(printedCount(await imports.run('csv', 'mended.csv'), 'events written')).toBe(1);
  expect(
    await ask(service.databaseUrl, 'select from user_ids where user_id = $1', ['fay']),
  ).toEqual([{}]);
});

test('a file whose header matches no kind, or two kinds, is refused', async () => {
  await imports.write('odd.csv', 'name,colour\nx,y\n');
  await imports.write('two.csv', 'user_id,org_id,day\nx,y,2025-01-01\n');
  const odd = await imports.run('csv', 'odd.csv');
  expect([odd.code, odd.stderr]).toEqual([1, expect.stringContaining('fits no kind of file')]);
  const two = await imports.run('csv', 'two.csv');
  expect([two.code, two.stderr]).toEqual([1, expect.stringContaining('memberships and activity')]);
});

/** The events of the rows according to docs/import.md. */
function eventsOfFiles(): WireEvent[] {
  return KINDS.flatMap((kind) => {
    const [head, ...rows] = FILES[kind].trim().split('\n');
    const names = head!.toLowerCase().replaceAll(' ', '_').replace('org_name', 'name');
    return rows.flatMap((text) => {
      // The one quoted cell of these files is cut by hand.
      const cells = text.replace('"Ann, the ""first"""', 'FIRST').split(/[,;]/);
      const row = Object.fromEntries(
        names.split(/[,;]/).map((name, place) => {
          const cell = cells[place] === 'FIRST' ? 'Ann, the "first"' : cells[place];
          return [name, cell === '' ? undefined : cell];
        }),
      );
      const asOf = Date.parse(AS_OF[kind] ?? '2025-04-01');
      const read = eventsOfRow(kind, row, asOf, new Calendar());
      if ('errors' in read) throw new Error(JSON.stringify(read.errors));
      return read.events.map((event) => {
        const data = Object.entries(event.data).filter(([, value]) => value !== undefined);
        const id = event.type === 'user.active' ? `${event.time} ${text}` : event.id;
        return { ...event, id, source: 'csv', data: Object.fromEntries(data) };
      });
    });
  });
}
