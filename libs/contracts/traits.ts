import { LosslessNumber } from './exact-json.js';
import { isObject, isStorable } from './fields.js';

export type TraitValue = string | number | boolean;

/** Checked traits by key; `null` clears one. A map, because a key may be `__proto__`. */
export type Traits = ReadonlyMap<string, TraitValue | null>;

/** Keys of the traits of users and of orgs. */
export interface TraitLists {
  user: ReadonlySet<string>;
  org: ReadonlySet<string>;
}

/** How the traits of an event are checked. */
export interface TraitRules {
  /** The keys that are kept. */
  lists: TraitLists;
  /** Whether a bad value under a kept key rejects the event. Otherwise, it is dropped and counted. */
  isStrict: boolean;
  /** Keys that the source also reads as profile fields. They do not count as dropped. */
  profileKeys?: TraitLists;
}

/** Why a trait was dropped. */
export const TRAIT_DROPS = ['not on the list', 'bad value'] as const;
export type TraitDrop = (typeof TRAIT_DROPS)[number];

/** The number of dropped traits by reason. */
export type DroppedTraits = Partial<Record<TraitDrop, number>>;

/** Adds counts of dropped traits to others, in place. */
export function addDropped(total: DroppedTraits, dropped: DroppedTraits | undefined): void {
  if (!dropped) return;
  for (const reason of TRAIT_DROPS) {
    const count = dropped[reason];
    if (count !== undefined) total[reason] = (total[reason] ?? 0) + count;
  }
}

const KEY = /^[A-Za-z0-9_.-]{1,64}$/;

/** Whether a text can be the key of a trait: 1 to 64 letters and digits of ASCII, `_`, `.` and `-`. */
export function isTraitKey(text: string): boolean {
  return KEY.test(text);
}

/** The length of a text, in Unicode code points. */
const MAX_CHARACTERS = 200;

/** The schema of traits for the API's description. Values are checked by `keepTraits`. */
export const TRAITS_META = {
  type: 'object',
  description:
    'Only keys on the lists USER_TRAITS and ORG_TRAITS are kept; a null clears a trait. Values under other keys are not checked.',
  additionalProperties: {
    anyOf: [
      { type: 'string', maxLength: MAX_CHARACTERS, nullable: true },
      { type: 'number' },
      { type: 'boolean' },
    ],
  },
} as const;

/** The traits to keep, and the errors of the others. */
export interface KeptTraits {
  kept?: Traits;
  /** By key. */
  errors?: Record<string, string>;
  dropped?: DroppedTraits;
}

/**
 * Separates the traits to keep from the traits to drop. Does not check values under keys that are not listed.
 * @param given the event's `traits`, unchecked; null is the same as none
 */
export function keepTraits(
  given: unknown,
  subject: keyof TraitLists,
  { lists, isStrict, profileKeys }: TraitRules,
): KeptTraits {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) {
    return isStrict ? { errors: { '': 'must be an object' } } : { dropped: { 'bad value': 1 } };
  }
  const kept = new Map<string, TraitValue | null>();
  const problems = new Map<string, string>();
  for (const key of lists[subject]) {
    if (!Object.hasOwn(given, key)) continue;
    const read = readValue(given[key]);
    if ('value' in read) kept.set(key, read.value);
    else problems.set(key, read.problem);
  }
  if (isStrict && problems.size > 0) return { errors: Object.fromEntries(problems) };
  const unlisted = Object.keys(given).filter(
    (key) => !lists[subject].has(key) && !profileKeys?.[subject].has(key),
  ).length;
  return {
    ...(kept.size > 0 && { kept }),
    ...(unlisted + problems.size > 0 && { dropped: droppedOf(unlisted, problems.size) }),
  };
}

function droppedOf(unlisted: number, bad: number): DroppedTraits {
  return {
    ...(unlisted > 0 && { 'not on the list': unlisted }),
    ...(bad > 0 && { 'bad value': bad }),
  };
}

function readValue(value: unknown): { value: TraitValue | null } | { problem: string } {
  if (value === null || typeof value === 'boolean') return { value };
  if (typeof value === 'string') {
    if (!isStorable(value)) return { problem: 'must be well-formed Unicode without NUL' };
    const isShort = value.length <= MAX_CHARACTERS || [...value].length <= MAX_CHARACTERS;
    return isShort ? { value } : { problem: `must have at most ${MAX_CHARACTERS} characters` };
  }
  const number = value instanceof LosslessNumber ? Number(value.value) : value;
  // Adding 0 turns -0 into 0: the store has no negative zero.
  if (typeof number === 'number' && Number.isFinite(number)) return { value: number + 0 };
  return { problem: 'must be a string, a finite number, a boolean or null' };
}
