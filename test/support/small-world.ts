import {
  active,
  added,
  invited,
  orgCreated,
  removed,
  second,
  userCreated,
} from './model/fixtures/builders.js';

/**
 * A data set small enough to work out every report by hand, as of the end of 2025-03-31. By hand:
 * W(7) is 03-25 … 03-31, P(7) 03-18 … 03-24, W(14) begins 03-18, W(30) is 03-02 … 03-31, P(30)
 * 01-31 … 03-01, W(60) begins 01-31 and W(90) 01-01.
 *
 * | user | active days other than the creation's | invites | is in |
 * |---|---|---|---|
 * | ann | 01-15, 02-15, 03-10, 03-26 | 01-10, 02-10, 03-10 | acme as Owner, beta |
 * | bob | 01-20, 03-20 | 03-12 | acme as Admin, duo |
 * | cid | never | none | none: left acme |
 * | dee | 03-15 | none | core, echo as Guest; left beta |
 */
export const AS_OF = '2025-03-31';
export const T = second('2025-03-31 23:59:59');

const id = (letter: string, digit: number) =>
  `${letter.repeat(8)}-0000-4000-8000-00000000000${digit}`;
const [ann, bob, cid, dee] = ['a', 'b', 'c', 'd'].map((letter) => id(letter, 1)) as Four;
const [acme, beta, core, duo] = ['a', 'b', 'c', 'd'].map((letter) => id(letter, 2)) as Four;
type Four = [string, string, string, string];

export const USERS = { ann, bob, cid, dee };
export const ORGS = { acme, beta, core, duo, echo: id('e', 2) };
export const ANN_SIGNUP = { utm_source: 'news letter', query_param_example: 'example_value' };

export const WORLD = [
  userCreated(ann, '2024-06-01', {
    email: 'ann@acme.example',
    username: 'ann',
    first_name: 'Ann',
    last_name: 'Lee',
    signup_query_parameters: ANN_SIGNUP,
  }),
  userCreated(bob, '2024-07-01', { email: 'bob@acme.example', username: null }),
  userCreated(cid, '2024-08-01', { email: 'cid@acme.example' }),
  userCreated(dee, '2024-08-02', { email: 'dee@acme.example' }),
  ...active(ann, '2025-01-15', '2025-02-15', '2025-03-10', '2025-03-26'),
  ...active(bob, '2025-01-20', '2025-03-20'),
  ...active(dee, '2025-03-15'),
  invited(ann, 'x@example.com', '2025-01-10'),
  invited(ann, 'y@example.com', '2025-02-10'),
  invited(ann, 'z@example.com', '2025-03-10'),
  invited(bob, 'z@example.com', '2025-03-12'),
  orgCreated(acme, '2024-06-02', { name: 'Acme' }),
  orgCreated(beta, '2024-07-02', { name: 'Beta' }),
  orgCreated(core, '2024-08-02', { name: 'Core' }),
  orgCreated(duo, '2024-09-02', { name: 'Duo' }),
  orgCreated(ORGS.echo, '2024-10-02', { name: 'Echo' }),
  added(ann, acme, '2025-01-05', 'Owner'),
  added(bob, acme, '2025-02-05', 'Admin'),
  added(dee, beta, '2025-02-20'),
  added(ann, beta, '2025-03-05'),
  added(cid, acme, '2025-03-06'),
  added(dee, ORGS.echo, '2025-03-10', 'Guest'),
  removed(cid, acme, '2025-03-16'),
  removed(dee, beta, '2025-03-17'),
  added(dee, core, '2025-03-18'),
  added(bob, duo, '2025-03-19'),
];
