/**
 * Small pools of values for random histories, so that values collide. Ids of each kind differ only by case, are prefixes
 * of each other, contain spaces, and contain an emoji and U+FB00: in UTF-16 the emoji comes first, in bytes last.
 */

/** The last two users are rarely created: most are known only by id. */
export const USERS = ['u', 'U', 'u1', 'u 1', '\u{1F600}u', '\uFB00u', 'u10', 'ü'] as const;

/** The last org is rarely created. */
export const ORGS = ['org', 'Org', 'org\u{1F680}', 'org\uFB00', 'or g'] as const;

/** The addresses of four people, in different spellings. */
export const INVITEES = [
  ['ann@example.com', 'Ann@Example.com', '  ann@example.com'],
  ['bob@example.com', 'BOB@EXAMPLE.COM ', '\tbob@example.com\n'],
  ['zoë@example.com', 'ZOË@example.com', ' zoë@Example.com '],
  ['ann@example.org', 'ANN@example.org', 'ann@example.org '],
] as const;

export const SOURCES = ['app', 'App 2'] as const;

export const ROLES = ['Owner', 'Admin', 'Member', 'billing \u{1F4B3}'] as const;

/** Few domains: one in two spellings, with subdomains and a longer name; an address with two `@`, and one without. */
export const EMAILS = [
  ...['a@example.com', 'A@Example.COM', 'b.c+d@example.org', 'd@eu.example.com'],
  ...['e@a.b.example.com', 'f@notexample.com', '"g@example.com"@example.org', 'no address'],
] as const;

/** Rules for these addresses. */
export const DOMAIN_RULES = [
  ...['example.com', 'example.org', '*.example.com', 'b.example.com', '*.b.example.com'],
  ...['eu.example.com', '*.example.org', 'unknown.example'],
] as const;

export const NAMES = ['Ann', 'ann', '\u{1F984} Zoë', "O'Neil", 'Smith, J.', '0'] as const;

export const ORG_NAMES = ['Acme Inc', 'acme inc', '\u{1F680} Labs', "Baker's"] as const;

/** Days before today at which windows of reports begin or end, plus or minus one day. */
export const EDGE_DAYS = [
  1, 2, 6, 7, 8, 13, 14, 15, 16, 29, 30, 31, 32, 59, 60, 61, 62, 89, 90, 91, 92,
] as const;

/** Times at the edges of a day and of its last second, in ms after midnight. */
export const EDGE_TIMES = [0, 86_399_000, 86_399_001, 86_399_999, 43_200_000] as const;

/** The prefixes of event ids; their byte order also differs from their UTF-16 order. */
export const EVENT_ID_HEADS = ['', 'E ', '\u{1F600}', '\uFB00'] as const;
