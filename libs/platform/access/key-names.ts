import { createHash } from 'node:crypto';
import { MAX_CHARACTERS } from '#libs/contracts';

const DIGEST = 12;

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
