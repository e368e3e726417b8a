import { domainOf } from './exclusions.js';
import type { TimedEvent } from './events.js';
import { isDeleted, profileField, type Subject } from './facts.js';
import { openSpans } from './membership.js';
import { asOf } from './as-of.js';
import { traitValue } from './traits.js';

type Scalar = string | number | boolean;

/** `["trait.plan","is",["pro","team"]]`, `["trait.seats","gte",10]`, `["signup.utm_source","set"]`. */
export type Condition =
  | readonly [key: string, operator: 'is' | 'is_not', values: readonly Scalar[]]
  | readonly [key: string, operator: 'gte' | 'lte', limit: number]
  | readonly [key: string, operator: 'set' | 'unset'];

/** "A segment is a conjunction of conditions on keys (none: everybody)". */
export type Where = readonly Condition[];

/** The values of a key of a subject now, T in unix s. "a deleted subject has no values". */
function valuesOf(
  known: readonly TimedEvent[],
  subject: Subject,
  id: string,
  key: string,
  now: number,
): Scalar[] {
  if (isDeleted(known, subject, id)) return [];
  const [kind, rest] = [key.split('.')[0]!, key.slice(key.indexOf('.') + 1)];
  if (kind === 'trait') return present(traitValue(known, subject, id, rest));
  if (subject === 'org') throw new Error(`no key ${key} of orgs`);
  const spans = () => openSpans(asOf(known, now).upToT).filter((span) => span.userId === id);
  switch (kind) {
    case 'signup': {
      const parameters = profileField(known, 'user', id, 'signup_query_parameters') ?? {};
      const values = parameters as Record<string, string>;
      return Object.hasOwn(values, rest) ? [values[rest]!] : [];
    }
    case 'role': // "of any open span"
      return spans().map(({ role }) => role);
    case 'org': // "some open span's org has it"
      return spans()
        .filter(({ orgId }) => !isDeleted(known, 'org', orgId))
        .flatMap(({ orgId }) => present(traitValue(known, 'org', orgId, rest)));
    case 'domain': // "of the e-mail, lower case"
      return present(domainOf(profileField(known, 'user', id, 'email')));
    default:
      throw new Error(`no key ${key} of users`);
  }
}

function present(value: unknown): Scalar[] {
  return value === null || value === undefined ? [] : [value as Scalar];
}

/**
 * "a number compares with numbers only, text compares exactly, `is_not` and `unset` are the exact negations of `is` and
 * `set`; `is`, `gte`, `lte` and `set` on a key with several values hold when one of them satisfies it".
 */
function holds(values: readonly Scalar[], condition: Condition): boolean {
  switch (condition[1]) {
    case 'set':
      return values.length > 0;
    case 'unset':
      return !(values.length > 0);
    case 'is':
    case 'is_not': {
      const isDomain = condition[0] === 'domain';
      // "`domain` compares in lower case"
      const wanted = condition[2].map((one) => (isDomain ? String(one).toLowerCase() : one));
      const isOne = values.some((value) => wanted.includes(value));
      return condition[1] === 'is' ? isOne : !isOne;
    }
    // "a boolean is no number"
    case 'gte':
      return values.some((value) => typeof value === 'number' && value >= condition[2]);
    case 'lte':
      return values.some((value) => typeof value === 'number' && value <= condition[2]);
  }
}

/** Whether a subject satisfies every condition now (unix s); it need not exist, "match by what they have". */
export function matches(
  known: readonly TimedEvent[],
  subject: Subject,
  id: string,
  where: Where,
  now: number,
): boolean {
  return where.every((condition) =>
    holds(valuesOf(known, subject, id, condition[0], now), condition),
  );
}
