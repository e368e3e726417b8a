import { expect, test } from '@jest/globals';
import { exhaustedNumbers, isDatabaseAway, outsideFault, settleAll } from '#libs/database';

const withCode = (code: string, cause?: unknown) =>
  Object.assign(new Error('failed', { cause }), { code });

test.each([
  ['53100', 'the disk is full (53100)'],
  ['ENOSPC', 'the disk is full (ENOSPC)'],
  ['53200', 'memory has run out (53200)'],
  ['53300', 'too many connections or files are open (53300)'],
  ['25006', 'the database can only be read (25006)'],
  ['57P01', 'the database is away (57P01)'],
  ['08006', 'the database is away (08006)'],
  ['57014', 'the database cancelled a statement (57014)'],
  ['42501', 'the database refuses permission (42501)'],
  ['55P03', 'another transaction is in the way (55P03)'],
  ['58030', 'the operating system of the database reports an error (58030)'],
])('%s is a fault outside the work', (code, words) => {
  expect(outsideFault(withCode(code))).toBe(words);
  expect(outsideFault(new Error('wrapped', { cause: withCode(code) }))).toBe(words);
});

test('an ended or refused connection is a fault outside the work', () => {
  expect(outsideFault(new Error('Connection terminated unexpectedly'))).toBe(
    'the database is away',
  );
  expect(outsideFault(withCode('ECONNREFUSED'))).toBe('the database is away');
});

// With the code of an internal error, or none that says so.
test.each([
  'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally',
  'connection to the remote node app@10.0.0.2:5432 failed with the following error: connection not open',
  'failure on connection marked as essential: 10.0.0.2:5432',
  'could not establish any connections to the node 10.0.0.2:5432 after 30000 ms',
  'failed to COPY to shard 102051 on 10.0.0.2:5432',
  'could not receive data from server: Connection reset by peer',
  'could not send data to server: Broken pipe',
  'no connection to the server',
  'SSL SYSCALL error: EOF detected',
  'SSL SYSCALL error: Connection reset by peer',
  'SSL connection has been closed unexpectedly',
])('a node of Citus that is away means that the database is away: %s', (message) => {
  const error = Object.assign(new Error(message), { code: 'XX000' });
  expect(isDatabaseAway(error)).toBe(true);
  expect(outsideFault(error)).toBe('the database is away');
});

test('of several failures, the first in time is the reason', async () => {
  const reason = withCode('08006');
  const first = Promise.reject<string>(reason);
  const later = first.catch(() => Promise.reject(withCode('25P02')));
  await expect(settleAll([later, first, Promise.resolve('done')])).rejects.toBe(reason);
  await expect(settleAll([Promise.resolve(1), 'two'])).resolves.toEqual([1, 'two']);
});

test.each(['42P01', '42703', '22003', '23505', '54000', 'XX000'])(
  '%s is the work’s own fault',
  (code) => {
    expect(outsideFault(withCode(code))).toBeUndefined();
  },
);

test('an error of our own code is the work’s own fault', () => {
  expect(outsideFault(new TypeError('x is undefined'))).toBeUndefined();
  expect(outsideFault('text')).toBeUndefined();
});

test('a sequence without numbers is named', () => {
  const message = 'nextval: reached maximum value of sequence "user_ids_id_seq" (2147483647)';
  const error = Object.assign(new Error(message), { code: '2200H' });
  expect(exhaustedNumbers(error)).toMatch(
    /^The store has no numbers left .*: user_ids_id_seq is at/,
  );
  expect(exhaustedNumbers(withCode('23505'))).toBeUndefined();
});
