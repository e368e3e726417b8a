import { expect, test } from '@jest/globals';
import { SettingsError, readSettings } from '../../libs/platform/config/index.js';

const read = (address: string) => readSettings({ DATABASE_URL: address }).DATABASE_URL;

test.each([
  'postgresql://app@localhost/x',
  'postgres://app:p%23%2F%40ss@db.example.com:5433/x?sslmode=verify-full&sslrootcert=/etc/ca.pem',
  'postgresql:///x?host=/var/run/postgresql',
  'postgresql://app:pa@ss@localhost/x',
  'postgresql://%2Fvar%2Frun%2Fpostgresql/x',
  'postgresql://app:x@[::1]:5432/x',
])('%s is a valid database address', (address) => {
  expect(read(address)).toBe(address);
});

test('a socket address with a user may omit the host', () => {
  expect(read('postgresql://app:x@/x?host=/run')).toBe('postgresql://app:x@localhost/x?host=/run');
});

test.each([
  'postgresql://app:pa#ss@host/x',
  'postgresql://app:pa/ss@host/x',
  'postgresql://app:pa?ss@host/x',
  'postgresql://app:12/ss@host/x',
  'postgresql://app:12?ss@host/x',
  'postgresql://app:12#ss@host/x',
  'postgresql://app:pa%ss@host/x',
])(
  'the message on an unencoded character in the password of %s names the character, not the password',
  (address) => {
    expect(() => read(address)).toThrow(SettingsError);
    expect(() => read(address)).toThrow(/^DATABASE_URL .*%23.*\.$/);
    expect(() => read(address)).not.toThrow(/ss@|host\/x/);
  },
);

test.each(['REDIS_URL', 'DATABASE_DIRECT_URL'])('%s is parsed in the same way', (name) => {
  const scheme = name === 'REDIS_URL' ? 'redis' : 'postgresql';
  const given = { DATABASE_URL: 'postgresql://a@b/c', [name]: `${scheme}://:pa#ss@host` };
  expect(() => readSettings(given)).toThrow(/%23/);
});

test('?schema= is refused with a message that says what to use instead', () => {
  expect(() => read('postgresql://app:x@host/x?schema=insights')).toThrow(
    /^DATABASE_URL .*schema.*search_path/,
  );
});
