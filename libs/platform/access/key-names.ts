import { createHash } from 'node:crypto';
import { MAX_CHARACTERS } from '#libs/contracts';

const DIGEST = 12;

/**
 * The name of a key as a sender. Names that are too long for a source date from before the limit: they are shortened
 * deterministically and stay distinct.
 */
export function senderName(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST);
  return `${characters.slice(0, MAX_CHARACTERS - DIGEST - 1).join('')}…${digest}`;
}
