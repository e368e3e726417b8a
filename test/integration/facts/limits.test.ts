import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { readListSlice } from '../../../libs/reports/api/csv/list-slice.query.js';
import { ask } from '../../support/database.js';
import type { Problem } from '../../support/sending.js';
import { snapshotTables } from '../../support/snapshots.js';
import { useSharedService, type SharedService } from '../../support/shared-service.js';
import { active, userCreated } from '../../support/model/fixtures/builders.js';

/** A list that a store of 100 million users could have. Only its last parts are stored. */
const TOTAL = 2 ** 26 + 10_000;
const CHAMPIONS = { subject: 'user', report: 'champion', interval: '30' } as const;
const WIDTH = 5;
const PART = 7_920 / WIDTH;
/** Ann at even positions, Bob at odd ones; each active on one day. */
const FILL = `
  insert into TABLE (subject, report, "interval", report_id, total, width, first, entries)
  select 'user', 'champion', '30', '00000000-0000-4000-8000-000000000001', ${TOTAL}, ${WIDTH}, part * ${PART},
    decode(repeat($1, ${PART / 2}), 'hex')
  from generate_series(0, ${Math.ceil(TOTAL / PART) - 1}) part
  where part = 0 or part >= ${Math.floor(TOTAL / PART) - 12}`;
const CUT = `
  update TABLE set entries = substring(entries from 1 for (total - first) * width)
  where subject = 'user' and report = 'champion' and "interval" = '30'`;

let service: SharedService;
let table: string;

beforeAll(async () => {
  service = await useSharedService();
  const { api, databaseUrl } = service;
  await api.ingest(
    ['ann', 'bob'].flatMap((id) => [userCreated(id, '2025-03-01'), ...active(id, '2025-03-30')]),
  );
  await api.run('2025-03-31');
  table = (await snapshotTables(databaseUrl))[0]!.table;
  const keys = await ask<{ id: number }>(databaseUrl, 'select id from user_ids order by user_id');
  const entries = keys.map(({ id }) => {
    const key = Buffer.alloc(WIDTH, 1);
    key.writeUInt32LE(id);
    return key.toString('hex');
  });
  await ask(
    databaseUrl,
    `delete from ${table} where subject = 'user' and report = 'champion' and "interval" = '30'`,
  );
  await ask(databaseUrl, FILL.replace('TABLE', table), [entries.join('')]);
  await ask(databaseUrl, CUT.replace('TABLE', table));
});
afterAll(() => service.close());

const page = async (position: number) => {
  const { status, body } = await service.api.page(
    'user',
    'champion',
    `page_size=1&page_number=${position}`,
  );
  expect(status).toBe(200);
  return body.user_reports!.map(({ user_id }) => user_id);
};

test('pages beyond position 67,108,864 show the rows at their positions, and none beyond the end of the list', async () => {
  expect(await page(2 ** 26)).toEqual(['ann']);
  expect(await page(2 ** 26 + 1)).toEqual(['bob']);
  expect(await page(2 ** 26 + 4_002)).toEqual(['ann']);
  expect(await page(TOTAL - 1)).toEqual(['bob']);
  for (const beyond of [TOTAL, TOTAL + PART, 2 ** 31 - 1]) expect(await page(beyond)).toEqual([]);
});

test('the slices of a CSV end at the end of a list, however long', async () => {
  const pool = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  try {
    const runKey = Number(table.split('_').at(-1));
    const length = async (first: number) =>
      (await readListSlice(pool, runKey, CHAMPIONS, first, 10_000)).length;
    expect(await length(2 ** 26 + 100)).toBe(9_900);
    expect(await length(TOTAL)).toBe(0);
    expect(await length(TOTAL + 10_000)).toBe(0);
    expect(await length(2 ** 31)).toBe(0);
  } finally {
    await pool.end();
  }
});

test('a store that has given all numbers of users refuses new users and says why; known ones are accepted', async () => {
  const { api, databaseUrl } = service;
  const [row] = await ask<{ last: string }>(
    databaseUrl,
    'select last_value as last from user_ids_id_seq',
  );
  const set = (value: number | string) =>
    ask(databaseUrl, `select setval('user_ids_id_seq', $1)`, [value]);
  await set(2 ** 31 - 1);
  try {
    const refused = await api.post<Problem>('/api/ingest/v1/events', [
      userCreated('new', '2025-03-01'),
    ]);
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toContain('cannot take new users');
    const accepted = await api.post('/api/ingest/v1/events', active('ann', '2025-03-31'));
    expect(accepted.status).toBe(200);
  } finally {
    await set(row!.last);
  }
});
