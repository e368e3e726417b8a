import type { TimedEvent } from './events.js';
import { existsAt, ALL_KNOWN, type Subject } from './facts.js';

/** The keys that a service keeps, per subject. */
export type TraitLists = Record<Subject, readonly string[]>;

/** "per key, the value carried by the latest event that carries the key; `null` clears it"; null: none. */
export function traitValue(
  history: readonly TimedEvent[],
  subject: Subject,
  id: string,
  key: string,
): unknown {
  const idField = subject === 'user' ? 'user_id' : 'org_id';
  let value: unknown = null;
  for (const event of history) {
    const carries = event.type === `${subject}.created` || event.type === `${subject}.updated`;
    if (!carries || event.data[idField] !== id) continue;
    const traits = (event.data['traits'] ?? {}) as Record<string, unknown>;
    if (Object.hasOwn(traits, key)) value = traits[key];
  }
  return value;
}

/** The traits under keys on the list. Undefined: an unknown or deleted subject. Sorted by key. */
export function traitsOf(
  history: readonly TimedEvent[],
  subject: Subject,
  id: string,
  lists: TraitLists,
): [key: string, value: unknown][] | undefined {
  if (!existsAt(history, subject, id, ALL_KNOWN)) return undefined;
  return [...lists[subject]]
    .sort()
    .map((key): [string, unknown] => [key, traitValue(history, subject, id, key)])
    .filter(([, value]) => value !== null);
}
