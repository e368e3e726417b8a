import {
  active,
  added,
  buildEvent,
  deleted,
  orgCreated,
  removed,
  userCreated,
} from './model/fixtures/builders.js';

/*
 * All users were active on 03-10 unless the table says otherwise. Champions of 30 days as of 03-31 and 04-01.
 *
 * | user | plan     | seats  | beta  | signup                 | domain          | member of                       |
 * |------|----------|--------|-------|------------------------|-----------------|---------------------------------|
 * | ann  | "pro"    | 10     | true  | utm_source, __proto__  | example.com     | acme as Owner                   |
 * | bob  | "team"   | 1      | false | utm_source is empty    | sub.example.com | acme as Member, beta as Admin   |
 * | cid  | "Pro"    | "10"   |       |                        |                 | left acme                       |
 * | dee  | cleared  | 2^53   |       |                        | example.com     | ghost (known by mention), Guest |
 * | eve  | true     | 10.5   |       |                        | example.com     |                                 |
 * | fay  | "naïve🙂"| 0      |       |                        | example.com     | cube as Member                  |
 * | xen  | "team"   |        |       | active on 04-01 alone  | example.com     |                                 |
 * | yan  | "pro"    |        |       | active on 04-01 alone  | example.com     |                                 |
 * | zed  | "pro"    |        |       | active on 03-02 alone  | example.com     |                                 |
 *
 * Hal is known only by mention and is a Member of acme. Ivy had the plan "pro" and is deleted. acme has the tier
 * "gold" and the size 50, beta "silver" and 5, ghost "gold", cube has no traits.
 */
export const CREATED = '2025-01-05';
const TRAITS: Record<string, Record<string, unknown>> = {
  ann: { plan: 'pro', seats: 10, beta: true, 'a.b': 'dotted', __proto__: null },
  bob: { plan: 'team', seats: 1, beta: false },
  cid: { plan: 'Pro', seats: '10' },
  dee: { plan: null, seats: 2 ** 53 },
  eve: { plan: true, seats: 10.5 },
  fay: { plan: 'naïve🙂', seats: 0 },
  xen: { plan: 'team' },
  yan: { plan: 'pro' },
  zed: { plan: 'pro' },
  ivy: { plan: 'pro' },
};
const PROFILES: Record<string, Record<string, unknown>> = {
  ann: {
    email: 'ann@EXAMPLE.com',
    signup_query_parameters: JSON.parse('{"utm_source":"ads","__proto__":"p"}') as object,
  },
  bob: { email: 'bob@sub.example.com', signup_query_parameters: { utm_source: '' } },
  cid: { email: null },
};
const ON: Record<string, string> = { xen: '2025-04-01', yan: '2025-04-01', zed: '2025-03-02' };
export const STORY = [
  ...Object.entries(TRAITS).map(([id, traits]) =>
    userCreated(id, CREATED, { ...PROFILES[id], traits }),
  ),
  ...Object.keys(TRAITS).flatMap((id) => active(id, ON[id] ?? '2025-03-10')),
  orgCreated('acme', CREATED, { traits: { tier: 'gold', size: 50 } }),
  orgCreated('beta', CREATED, { traits: { tier: 'silver', size: 5 } }),
  orgCreated('cube', CREATED),
  buildEvent('org.updated', CREATED, { org_id: 'ghost', traits: { tier: 'gold' } }),
  added('ann', 'acme', CREATED, 'Owner'),
  added('bob', 'acme', CREATED),
  added('bob', 'beta', CREATED, 'Admin'),
  added('cid', 'acme', CREATED, 'Owner'),
  removed('cid', 'acme', '2025-02-01'),
  added('dee', 'ghost', CREATED, 'Guest'),
  added('fay', 'cube', CREATED, 'Member'),
  added('hal', 'acme', CREATED, 'Member'),
  ...active('hal', '2025-03-10'),
  deleted('user', 'ivy', '2025-03-20'),
];
export const SETTINGS = { USER_TRAITS: 'plan,seats,beta,a.b,__proto__', ORG_TRAITS: 'tier,size' };
export const EVERY_USER = ['ann', 'bob', 'cid', 'dee', 'eve', 'fay', 'xen', 'yan'];
export const EVERY_ORG = ['acme', 'beta', 'cube'];

/** Conditions on users, and the champions that satisfy each. */
export const CONDITIONS: [unknown[], string[]][] = [
  [
    ['trait.plan', 'is', 'pro'],
    ['ann', 'yan'],
  ],
  [
    ['trait.plan', 'is', ['pro', 'team', 'pro']],
    ['ann', 'bob', 'xen', 'yan'],
  ],
  [['trait.plan', 'is', 'Pro'], ['cid']],
  [['trait.plan', 'is', true], ['eve']],
  [['trait.plan', 'is', 'true'], []],
  [['trait.plan', 'is', 1], []],
  [['trait.plan', 'is', 'naïve🙂'], ['fay']],
  // The same text in another normal form is another text.
  [['trait.plan', 'is', 'nai\u0308ve🙂'], []],
  [['trait.plan', 'is', ''], []],
  [
    ['trait.plan', 'set'],
    ['ann', 'bob', 'cid', 'eve', 'fay', 'xen', 'yan'],
  ],
  [['trait.seats', 'is', 10], ['ann']],
  [['trait.seats', 'is', '10'], ['cid']],
  [
    ['trait.seats', 'is', [10, '10']],
    ['ann', 'cid'],
  ],
  [['trait.seats', 'is', 0], ['fay']],
  [['trait.seats', 'is', 2 ** 53], ['dee']],
  [
    ['trait.seats', 'gte', 10],
    ['ann', 'dee', 'eve'],
  ],
  [
    ['trait.seats', 'gte', 10.25],
    ['dee', 'eve'],
  ],
  [
    ['trait.seats', 'lte', 1],
    ['bob', 'fay'],
  ],
  [['trait.seats', 'lte', -1e300], []],
  [['trait.beta', 'is', false], ['bob']],
  [['trait.beta', 'gte', 0], []],
  [['trait.a.b', 'is', 'dotted'], ['ann']],
  [['trait.__proto__', 'set'], []],
  [
    ['signup.utm_source', 'set'],
    ['ann', 'bob'],
  ],
  [['signup.utm_source', 'is', ''], ['bob']],
  [['signup.__proto__', 'is', 'p'], ['ann']],
  [['signup.constructor', 'set'], []],
  [['signup.utm_source', 'gte', 0], []],
  [
    ['role', 'is', 'Member'],
    ['bob', 'fay'],
  ],
  [
    ['role', 'is', ['Owner', 'Guest']],
    ['ann', 'dee'],
  ],
  [['role', 'is', 'member'], []],
  [
    ['role', 'set'],
    ['ann', 'bob', 'dee', 'fay'],
  ],
  [['role', 'gte', 0], []],
  [
    ['org.tier', 'is', 'gold'],
    ['ann', 'bob', 'dee'],
  ],
  [['org.tier', 'is', 'silver'], ['bob']],
  [
    ['org.tier', 'set'],
    ['ann', 'bob', 'dee'],
  ],
  [
    ['org.size', 'gte', 50],
    ['ann', 'bob'],
  ],
  [['org.size', 'lte', 5], ['bob']],
  [['org.size', 'is', '50'], []],
  [
    ['domain', 'is', 'EXAMPLE.Com'],
    ['ann', 'dee', 'eve', 'fay', 'xen', 'yan'],
  ],
  [['domain', 'is', ['sub.example.com']], ['bob']],
  [
    ['domain', 'set'],
    ['ann', 'bob', 'dee', 'eve', 'fay', 'xen', 'yan'],
  ],
];

/** Texts of `where` that cannot be used, and a part of the error. */
export const UNUSABLE: [string, string][] = [
  ['[', 'must be a list of conditions'],
  ['{}', 'must be a list of conditions'],
  ['["role","set"]', 'where.0 must be [key, operator]'],
  ['[["role","set",1]]', 'takes no value'],
  ['[["role","set",null]]', 'takes no value'],
  ['[["role","is"]]', 'must have 1 to 100 values'],
  ['[["role","is",[]]]', 'must have 1 to 100 values'],
  ['[["role","is",null]]', 'must have 1 to 100 values'],
  ['[["role","is_not",["a",null]]]', 'must have 1 to 100 values'],
  ['[["role","is",[["a"]]]]', 'must have 1 to 100 values'],
  ['[["role","is","\\u0000"]]', 'must have 1 to 100 values'],
  ['[["role","is","\\ud800"]]', 'must have 1 to 100 values'],
  ['[["role","contains","a"]]', 'one of the operators is, is_not'],
  ['[["role","constructor","a"]]', 'one of the operators is, is_not'],
  ['[["trait.seats","gte","10"]]', 'a finite number after "gte"'],
  ['[["trait.seats","gte",[10]]]', 'a finite number after "gte"'],
  ['[["trait.seats","lte",1e400]]', 'a finite number after "lte"'],
  ['[["trait.seats","lte",true]]', 'a finite number after "lte"'],
  ['[["trait.other","set"]]', 'unknown key "trait.other"'],
  ['[["trait.","set"]]', 'unknown key "trait."'],
  ['[["signup.","set"]]', 'unknown key "signup."'],
  ['[["org.plan","set"]]', 'unknown key "org.plan"'],
  ['[["Role","set"]]', 'unknown key "Role"'],
  ['[["__proto__","set"]]', 'unknown key "__proto__"'],
  ['[[1,"set"]]', 'must begin with a key'],
  [JSON.stringify(Array(21).fill(['role', 'set'])), 'at most 20 conditions'],
  [JSON.stringify([['role', 'is', Array(101).fill('a')]]), 'must have 1 to 100 values'],
];
