import { z } from 'zod';
import { isTraitKey } from '#libs/contracts';

/** Splits a list with commas between its entries. */
const entries = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));

/** The keys of traits, each once. */
export const traitKeys = entries.transform((keys, context) => {
  const wrong = keys.find((key) => !isTraitKey(key));
  if (wrong === undefined) return [...new Set(keys)];
  const rule =
    'must be keys with commas between them, each of 1 to 64 letters, digits, "_", "." or "-"';
  context.addIssue(`${rule}; ${JSON.stringify(wrong.slice(0, 80))} is none`);
  return z.NEVER;
});

/** Names of events; a star at the end stands for any ending. */
export const eventNames = entries.transform((names, context) => {
  if (!names.includes('')) return names;
  context.addIssue('must be names of events with commas between them, such as Heartbeat, Debug *');
  return z.NEVER;
});
