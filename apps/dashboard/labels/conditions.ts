import type { Condition } from '#libs/contracts';

export type Operator = Condition[1];
type Value = string | number | boolean;

export const OPERATORS: Record<Operator, string> = {
  is: 'is',
  is_not: 'is not',
  gte: '≥',
  lte: '≤',
  set: 'is set',
  unset: 'is not set',
};

/** The groups of keys by prefix, in the order of the choice. */
export const KEY_GROUPS: readonly { prefix: string; name: string }[] = [
  { prefix: 'trait.', name: 'Traits' },
  { prefix: 'org.', name: 'Traits of the organization' },
  { prefix: 'signup.', name: 'Signup parameters' },
  { prefix: '', name: 'Others' },
];

/** The group of a key. */
export const groupOf = (key: string) => KEY_GROUPS.find(({ prefix }) => key.startsWith(prefix))!;

/** A key without the prefix of its group: "plan", "utm_source", "role". */
export const shortKey = (key: string): string => key.slice(groupOf(key).prefix.length);

/** A value in words. A text that looks like a number or like yes and no is quoted. */
export function valueName(value: Value): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  const isAmbiguous = value.trim() !== value || value === '' || /^(yes|no)$/.test(value);
  return isAmbiguous || Number.isFinite(Number(value)) ? `“${value}”` : value;
}

const MOST_NAMED = 4;

/** A condition in plain words: "plan is pro or team", "seats ≥ 10", "utm_source is set". */
export function conditionName([key, operator, value]: Condition): string {
  const subject = key.startsWith('org.') ? `organization’s ${shortKey(key)}` : shortKey(key);
  const words = `${subject} ${OPERATORS[operator]}`;
  if (value === undefined) return words;
  const names = [value].flat().map((each) => valueName(each));
  const more = names.length - MOST_NAMED;
  if (more > 1) return `${words} ${names.slice(0, MOST_NAMED).join(', ')} or ${more} others`;
  return `${words} ${[names.slice(0, -1).join(', '), names.at(-1)!].filter(Boolean).join(' or ')}`;
}
