import { expect, test } from '@jest/globals';
import { exhaustedNumbers, outsideFault } from '#libs/database';

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
