import { z } from 'zod';
import { isTraitKey } from '#libs/contracts';

/** Splits a comma-separated list. */
const entries = z.string().transform((text) => text.split(',').map((entry) => entry.trim()));

/** Trait keys, without duplicates. */
export const traitKeys = entries.transform((keys, context) => {
  const wrong = keys.find((key) => !isTraitKey(key));
  if (wrong === undefined) return [...new Set(keys)];
  const rule =
    'must be a comma-separated list of keys, each with 1 to 64 letters, digits, "_", "." or "-"';
  context.addIssue(`${rule}; ${JSON.stringify(wrong.slice(0, 80))} is not one`);
  return z.NEVER;
});

/** Event names; `*` at the end matches any ending. */
export const eventNames = entries.transform((names, context) => {
  if (!names.includes('')) return names;
  context.addIssue('must be a comma-separated list of event names, such as Heartbeat, Debug *');
  return z.NEVER;
});
