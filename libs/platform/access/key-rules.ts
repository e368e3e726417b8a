import { SCOPES, type Scope } from './keys.service.js';

const MOST_CHARACTERS = 100;
// Letters, marks, digits, punctuation, symbols and plain spaces: nothing that is invisible or breaks a line.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u;

/**
 * The name of a key, without spaces around it.
 * @returns undefined for one that cannot be used: see `KEY_NAME_RULE`
 */
export function keyName(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const name = given.trim();
  return PRINTABLE.test(name) && [...name].length <= MOST_CHARACTERS ? name : undefined;
}

export const KEY_NAME_RULE = `must have 1 to ${MOST_CHARACTERS} printable characters`;

/** Scopes in the order of `SCOPES`, each once; undefined when there is none, or an unknown one. */
export function keyScopes(given: readonly unknown[]): Scope[] | undefined {
  const known = SCOPES.filter((scope) => given.includes(scope));
  return known.length > 0 && known.length === new Set(given).size ? known : undefined;
}

export const KEY_SCOPES_RULE = `must be some of ${SCOPES.join(', ')}`;
