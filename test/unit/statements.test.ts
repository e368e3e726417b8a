import { expect, test } from '@jest/globals';
import { statementsOf } from '#libs/database';

test('semicolons in comments, strings, names and bodies end no statement', () => {
  const statements = [
    `-- One; two.\nselect 'a;''b', "c;""d", E'\\';'`,
    `/* three; */ create function f() returns text language plpgsql as $$ begin return 'four;'; end $$`,
    `do $body$ begin execute $$ select 1; $$; end $body$`,
    'select $1, 7 / 2 - 1',
  ];
  expect(statementsOf(statements.join(';\n'))).toEqual(statements);
  expect(statementsOf(` ;; ${statements.join(';')}; -- the end;\n`)).toEqual(statements);
});

test('a script without statements has none', () => {
  expect(statementsOf('')).toEqual([]);
  expect(statementsOf('-- nothing;\n/* at all; */ ;')).toEqual([]);
});
