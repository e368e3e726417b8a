import { expect, test } from '@jest/globals';
import { Duplex } from 'node:stream';
import { copyRows, type Connection } from '#libs/database';

/** A message of PostgreSQL's protocol: a code, its length with itself, a body. */
function message(code: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(code, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

const field = (bytes: Buffer | null) =>
  bytes === null ? int(-1, 4) : Buffer.concat([int(bytes.length, 4), bytes]);
const row = (...fields: (Buffer | null)[]) =>
  Buffer.concat([int(fields.length, 2), ...fields.map(field)]);
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const LONG = 'ü'.repeat(40);

const ROWS = [
  message('H', Buffer.from([1, 0, 0])),
  message('d', Buffer.concat([HEADER, row(int(7, 4), Buffer.from(LONG))])),
  message('d', row(int(-1, 4), null)),
  message('d', int(-1, 2)),
];
const AFTER = Buffer.concat([message('c', Buffer.alloc(0)), message('C', Buffer.from('COPY 2\0'))]);

/** Reads the stream in these chunks. @returns the rows, and what the driver gets */
function read(chunks: readonly Buffer[]) {
  const socket = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
  const forDriver: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => forDriver.push(Buffer.from(chunk)));
  const rows: unknown[] = [];
  const connection = {
    query: (query: { submit: (wire: unknown) => unknown }) =>
      query.submit({
        stream: socket,
        parsedStatements: {},
        submittedNamedStatements: {},
        query: () => undefined,
      }),
  };
  void copyRows(connection as unknown as Connection, 'select', (one) =>
    rows.push([one.int(), one.bytesOrNull()?.toString()]),
  );
  for (const chunk of chunks) socket.emit('data', chunk);
  return { rows, forDriver: Buffer.concat(forDriver) };
}

test('rows are the same wherever the stream is cut, and the driver gets all that follows', () => {
  const stream = Buffer.concat([...ROWS, AFTER]);
  const expected = {
    rows: [
      [7, LONG],
      [-1, undefined],
    ],
    forDriver: AFTER,
  };
  for (let cut = 0; cut <= stream.length; cut++) {
    const result = read([stream.subarray(0, cut), stream.subarray(cut)]);
    expect({ cut, ...result }).toEqual({ cut, ...expected });
  }
  const bytes = Array.from(stream, (byte) => Buffer.of(byte));
  expect(read(bytes)).toEqual(expected);
});

test('a long row that arrives in many chunks is not copied again with each', () => {
  const bytes = Buffer.alloc(48 * 2 ** 20);
  const stream = Buffer.concat([
    ROWS[0]!,
    message('d', Buffer.concat([HEADER, row(int(1, 4), bytes)])),
  ]);
  const chunks = Array.from({ length: Math.ceil(stream.length / 65_536) }, (_, index) =>
    stream.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const before = process.cpuUsage();
  expect(read([...chunks, AFTER]).rows).toHaveLength(1);
  const { user, system } = process.cpuUsage(before);
  // About 0.3 s; copying the row with each chunk takes 8 s.
  expect((user + system) / 1e6).toBeLessThan(3);
});
