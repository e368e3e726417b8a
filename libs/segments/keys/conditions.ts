import { invalidField, type Condition, type Subject, type TraitValue } from '#libs/contracts';

/** Where the values of a key come from. */
export type Source =
  | { of: 'user_traits' | 'org_traits' | 'signup'; key: string }
  | { of: 'domain' }
  | { of: 'role' }
  /** A trait of the orgs that a user is a member of. */
  | { of: 'orgs'; key: string };

/** A test of one value. */
export type ValueTest =
  { is: readonly TraitValue[] } | { gte: number } | { lte: number } | { isSet: true };

/** A condition without negation. */
export interface PositiveCondition {
  /** Equal for equal conditions of one subject. */
  name: string;
  source: Source;
  test: ValueTest;
}

/** `is_not` and `unset` are the negations of `is` and `set`. */
export interface ParsedCondition {
  condition: PositiveCondition;
  isNegated: boolean;
}

/** Keys of traits that are kept, by subject. */
export type KeptTraits = Record<Subject, readonly string[]>;

/** @param field the name of the parameter in the error @throws ApiError `invalid` for a key that does not exist */
export function parseCondition(
  subject: Subject,
  [key, operator, value]: Condition,
  kept: KeptTraits,
  field = 'where',
): ParsedCondition {
  const source = sourceOf(subject, key, kept);
  if (!source) throw invalidField(field, unknownKey(subject, key, kept));
  const isNegated = operator === 'is_not' || operator === 'unset';
  const test = testOf(operator, value, source);
  return { condition: { name: JSON.stringify([subject, source, test]), source, test }, isNegated };
}

function testOf(
  operator: Condition[1],
  value: Condition[2],
  { of }: Source,
): PositiveCondition['test'] {
  if (operator === 'set' || operator === 'unset') return { isSet: true };
  if (operator === 'gte') return { gte: value as number };
  if (operator === 'lte') return { lte: value as number };
  const values = [value].flat() as TraitValue[];
  const known = of === 'domain' ? values.map(lowerCased) : values;
  return { is: [...new Set(known)].sort(byKindAndText) };
}

function lowerCased(value: TraitValue): TraitValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function byKindAndText(one: TraitValue, other: TraitValue): number {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a < b ? -1 : Number(a > b);
}

/** Whether a value satisfies a test. A number compares with numbers only; text compares exactly. */
export function satisfies(test: ValueTest, value: TraitValue): boolean {
  if ('is' in test) return test.is.includes(value);
  if ('gte' in test) return typeof value === 'number' && value >= test.gte;
  if ('lte' in test) return typeof value === 'number' && value <= test.lte;
  return true;
}

function sourceOf(subject: Subject, key: string, kept: KeptTraits): Source | undefined {
  const [family, rest] = parts(key);
  const isListed = (of: Subject) => rest !== undefined && kept[of].includes(rest);
  if (subject === 'org') {
    if (family === 'trait' && isListed('org')) return { of: 'org_traits', key: rest! };
    return undefined;
  }
  if (key === 'role' || key === 'domain') return { of: key };
  if (family === 'trait' && isListed('user')) return { of: 'user_traits', key: rest! };
  if (family === 'org' && isListed('org')) return { of: 'orgs', key: rest! };
  if (family === 'signup' && rest) return { of: 'signup', key: rest };
  return undefined;
}

/** The parts before and after the first point. */
function parts(key: string): [string, string | undefined] {
  const at = key.indexOf('.');
  return at < 0 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)];
}

const SHOWN = 80;

function unknownKey(subject: Subject, key: string, kept: KeptTraits): string {
  const listed = (prefix: string, of: Subject, setting: string) =>
    `${prefix}.<key> (${kept[of].join(', ') || `none: ${setting} is empty`})`;
  const forUsers = [
    listed('trait', 'user', 'USER_TRAITS'),
    'signup.<parameter>',
    'role',
    listed('org', 'org', 'ORG_TRAITS'),
    'domain',
  ];
  const keys = subject === 'user' ? forUsers : [listed('trait', 'org', 'ORG_TRAITS')];
  const subjects = subject === 'user' ? 'users' : 'organizations';
  const name = JSON.stringify(key.slice(0, SHOWN));
  return `has the unknown key ${name}. The keys for ${subjects} are ${keys.join(', ')}`;
}
