import { createHash } from 'node:crypto';
import { MAX_CHARACTERS } from '#libs/contracts';

const MAX_NAME = 100;
/** Control characters, halves of surrogate pairs, ends of lines, and marks that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const DIGEST = 12;

/** What is wrong with the name of a new key, as the end of a sentence. */
export function keyNameProblem(name: string): string | undefined {
  const length = [...name].length;
  if (name.trim() === '' || length > MAX_NAME) return `must have 1 to ${MAX_NAME} characters`;
  return UNPRINTABLE.test(name) ? 'must have printable characters only' : undefined;
}

/**
 * The name under which what a key sends is kept: its own, unless it is longer than a source may be. Keys with
 * longer names were made before there was a limit: those are cut, always in the same way, and stay different.
 */
export function senderName(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST);
  return `${characters.slice(0, MAX_CHARACTERS - DIGEST - 1).join('')}…${digest}`;
}
