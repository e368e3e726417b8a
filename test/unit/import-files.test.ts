import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calendar } from '#libs/contracts';
import { NdjsonFormat, CsvFormat, openFile, type CsvKind } from '#libs/ingest';
import { eventsOfRow } from '../../libs/ingest/import/csv/rows.js';
import { readLines } from '../../libs/ingest/import/read-lines.js';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const AS_OF = Date.parse('2026-01-30T00:00:00Z');
const UTC = new Calendar();
const context = { now: NOW, receivedAt: AS_OF, defaultSource: 'csv' };

/** Bytes in pieces of a size, as a file is read. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    yield Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function linesOf(bytes: Buffer, size: number, maxBytes?: number) {
  const found = [];
  for await (const lines of readLines(pieces(bytes, size), maxBytes)) found.push(...lines);
  return found;
}

async function readCsv(text: string, size = 1_000, kind?: CsvKind) {
  const format = new CsvFormat(context, UTC, kind);
  const reads = [];
  for await (const lines of readLines(pieces(Buffer.from(text), size))) {
    reads.push(format.read(lines));
  }
  reads.push(format.end());
  return {
    events: reads.flatMap((read) => read.events),
    rejected: reads.flatMap((read) => read.rejected.map(({ number }) => number)),
  };
}

test('lines are the same whatever the chunks of a file', async () => {
  const bytes = Buffer.from('\uFEFFfirst\n\nthird é 😀\r\nno end of line');
  const expected = ['first', '', 'third é 😀\r', 'no end of line'].map((text, index) => {
    return { number: index + 1, text };
  });
  for (let size = 1; size <= bytes.length; size++) {
    expect(await linesOf(bytes, size)).toEqual(expected);
  }
});

test('a line that is too long or not UTF-8 does not affect other lines', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`a\n${'x'.repeat(40)}\nb\n`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`\n${'y'.repeat(20)}\nend`),
  ]);
  for (let size = 1; size <= bytes.length; size++) {
    const lines = await linesOf(bytes, size, 10);
    expect(lines.map(({ number, unreadable, text }) => [number, unreadable ?? text])).toEqual([
      [1, 'a'],
      [2, 'must have at most 10 bytes'],
      [3, 'b'],
      [4, 'must be UTF-8'],
      [5, 'must have at most 10 bytes'],
      [6, 'end'],
    ]);
  }
});

test('cells keep any quotes, commas and line ends', async () => {
  const name = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', 'é', ' ', ';'),
    minLength: 1,
  });
  const names = fc.array(
    name.filter((text) => text.trim() !== ''),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(names, fc.integer({ min: 1, max: 30 }), async (texts, size) => {
      const rows = texts.map((text, index) => {
        const isPlain = !/[",\n]/.test(text);
        return `o${index},${isPlain ? text : `"${text.replaceAll('"', '""')}"`},2025-01-01\r\n`;
      });
      const { events, rejected } = await readCsv(
        `org_id,name,created_at\r\n${rows.join('')}`,
        size,
      );
      expect(rejected).toEqual([]);
      expect(events.map(({ data }) => (data as { name: string }).name)).toEqual(texts);
    }),
    { numRuns: 100 },
  );
});

test('an unclosed quote affects only its own row', async () => {
  const rows = ['a,"open,2025-01-01', 'b,B,2025-01-01', 'c,C,2025-01-01'];
  const { events, rejected } = await readCsv(`org_id,name,created_at\n${rows.join('\n')}\n`);
  expect(rejected).toEqual([2]);
  expect(events.map(({ data }) => (data as { org_id: string }).org_id)).toEqual(['b', 'c']);
});

test('headers have aliases, in any case and order, with unknown columns between them', async () => {
  const { events } = await readCsv('x,Date,User ID\n1,2025-01-02,ann\n');
  const at = Date.parse('2025-01-02T00:00:00Z');
  expect(events).toMatchObject([{ type: 'user.active', at, data: { user_id: 'ann' } }]);
});

test('a file from an archive without times has no known modification time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'insightd-dated-'));
  const path = join(folder, 'dated.csv');
  await writeFile(path, 'x');
  const writtenAt = async (day: string) => {
    await utimes(path, new Date(day), new Date(day));
    return (await openFile(path)).writtenAt;
  };
  for (const day of ['1969-06-01', '1970-01-01', '1980-01-01']) {
    expect([day, await writtenAt(day)]).toEqual([day, undefined]);
  }
  expect(await writtenAt('2025-03-01')).toBe(Date.parse('2025-03-01'));
  await rm(folder, { recursive: true });
});

test('a line that is nested too deeply is rejected and written to the file of rejected lines', () => {
  const format = new NdjsonFormat({ now: AS_OF, receivedAt: AS_OF, defaultSource: 'import' });
  const text = `{"id":"1","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const { rejected } = format.read([{ number: 1, text }]);
  expect(rejected).toMatchObject([{ number: 1, errors: { event: [expect.any(String)] } }]);
  expect(JSON.parse(format.rejectedLine(rejected[0]!))).toMatchObject({ text });
});

test('an id that a spreadsheet rounded is refused, and other ids are kept exactly', () => {
  const at = (user_id: string) =>
    eventsOfRow('activity', { user_id, day: '2025-01-01' }, AS_OF, UTC);
  for (const rounded of [
    '7.38529527931260E+17',
    '7,3853E+17',
    '1E+12',
    '-1.5E+10',
    '7.385e+17',
    '123.0',
  ]) {
    expect(at(rounded)).toMatchObject({ errors: { user_id: [expect.any(String)] } });
  }
  for (const id of ['738529527931260425', '007', '1E5', '1.50', '-0']) {
    expect(at(id)).toMatchObject({ events: [{ data: { user_id: id } }] });
  }
});

test.each([';', ',', '\t', '|'])(
  'a first line names the delimiter %j, as for Excel',
  async (one) => {
    const rows = [
      ['id', 'name', 'created_at'],
      ['acme', 'Acme, Inc', '20250101'],
      ['beta', 'B', 'x'],
    ];
    const text = rows.map((row) =>
      row.map((cell) => (cell.includes(one) ? `"${cell}"` : cell)).join(one),
    );
    for (const hint of [`sep=${one}`, `"SEP=${one}"`]) {
      const file = `\uFEFF${hint}\r\n${text.join('\r\n')}\r\n`;
      for (const size of [1, 1_000]) {
        const { events, rejected } = await readCsv(file, size, 'orgs');
        expect(events).toMatchObject([{ data: { org_id: 'acme', name: 'Acme, Inc' } }]);
        expect(rejected).toEqual([4]);
      }
    }
  },
);

test('a file of rejected rows has a delimiter line if the file had one', async () => {
  const format = new CsvFormat(context, UTC, 'orgs');
  const lines = [];
  for await (const some of readLines(
    pieces(Buffer.from('sep=|\nid|name|created_at\na|A|x\n'), 99),
  )) {
    lines.push(...some);
  }
  const [line] = format.read(lines).rejected;
  const again = `${format.rejectedHead()}\n${format.rejectedLine(line!).replace(/x$/, '2025-01-01')}\n`;
  expect((await readCsv(again, 99, 'orgs')).events).toMatchObject([{ data: { org_id: 'a' } }]);
});

test('a membership row is an addition, a removal, both, or a membership with unknown start', () => {
  const steps = (row: Record<string, string>) => {
    const read = eventsOfRow('memberships', { user_id: 'u', org_id: 'o', ...row }, AS_OF, UTC);
    if ('errors' in read) return read.errors;
    return read.events.map(({ type, time, data }) => [type, time.slice(0, 10), data['role']]);
  };
  const [joined_at, left_at] = ['2025-01-01', '2025-02-01'];
  expect(steps({ joined_at, role: 'Owner' })).toEqual([
    ['user.added_to_org', '2025-01-01', 'Owner'],
  ]);
  expect(steps({ joined_at, left_at, role: 'Owner' })).toEqual([
    ['user.added_to_org', '2025-01-01', undefined],
    ['user.removed_from_org', '2025-02-01', undefined],
  ]);
  expect(steps({ left_at })).toEqual([['user.removed_from_org', '2025-02-01', undefined]]);
  expect(steps({ role: 'Owner' })).toEqual([
    ['user.role_changed_within_org', '2026-01-30', 'Owner'],
  ]);
  expect(steps({})).toEqual([['user.role_changed_within_org', '2026-01-30', 'Member']]);
  expect(steps({ joined_at: left_at, left_at: joined_at })).toEqual({
    left_at: ['must not be before joined_at'],
  });
});

test('a row always gives the same events; other content gives other events', () => {
  const user = { user_id: 'u', email: 'u@example.com', created_at: '2025-01-01' };
  const ids = (row: object, asOf = AS_OF) => {
    const read = eventsOfRow('users', { ...row }, asOf, UTC);
    return 'events' in read ? read.events.map(({ id }) => id) : [];
  };
  expect(ids(user)).toEqual(ids({ ...user }, AS_OF + 1));
  expect(ids(user)).not.toEqual(ids({ ...user, email: 'v@example.com' }));
});

test("a day of a file is a day in the store's time zone, and one that the zone skipped is refused", () => {
  const apia = new Calendar('Pacific/Apia');
  const day = (written: string) => {
    const row = { user_id: 'u', day: written, org_id: 'acme' };
    return eventsOfRow('activity', row, AS_OF, apia);
  };
  const data = { user_id: 'u', org_id: 'acme' };
  for (const written of ['2011-12-29', '20111229'])
    expect(day(written)).toMatchObject({ events: [{ time: '2011-12-29T10:00:00.000Z', data }] });
  expect(day('2011-12-31')).toMatchObject({ events: [{ time: '2011-12-30T10:00:00.000Z' }] });
  expect(day('2011-12-30')).toEqual({ errors: { day: ['is a date that Pacific/Apia skipped'] } });
  // A time is the same instant everywhere.
  expect(day('2011-12-30T12:00:00Z')).toMatchObject({
    events: [{ time: '2011-12-30T12:00:00.000Z' }],
  });
});
