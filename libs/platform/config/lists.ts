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

/** Names of roles, without duplicates. */
export const roleNames = entries.transform((roles, context) => {
  if (!roles.includes('')) return [...new Set(roles)];
  context.addIssue('must be a comma-separated list of roles, such as Owner, Admin');
  return z.NEVER;
});

const MAX_WEIGHT = 10_000;
const WEIGHT = /^\d{1,5}$/;

/** The weights of the parts of an org's health. */
export const healthWeights = entries.transform((texts, context) => {
  const weights = texts.map((text) => (WEIGHT.test(text) ? Number(text) : Number.NaN));
  const isRight =
    weights.length === 4 &&
    weights.every((weight) => weight <= MAX_WEIGHT) &&
    weights.some((weight) => weight > 0);
  if (isRight) {
    const [adoption, frequency, trend, recency] = weights as [number, number, number, number];
    return { adoption, frequency, trend, recency };
  }
  context.addIssue(
    `must be four whole numbers from 0 to ${MAX_WEIGHT}, not all 0, separated by commas: the weights of adoption, ` +
      'frequency, trend and recency, such as 40,25,20,15',
  );
  return z.NEVER;
});

/** The longest delay, a day. */
const MAX_DELAY = 86_400;
const MAX_DELAYS = 20;

/** Delays before repeated attempts, in seconds. */
export const retryDelays = entries.transform((texts, context) => {
  const delays = texts.map((text) => (/^\d{1,5}$/.test(text) ? Number(text) : Number.NaN));
  if (delays.length <= MAX_DELAYS && delays.every((delay) => delay >= 1 && delay <= MAX_DELAY))
    return delays;
  context.addIssue(
    `must be 1 to ${MAX_DELAYS} whole numbers from 1 to ${MAX_DELAY}, separated by commas, such as 5,300,1800`,
  );
  return z.NEVER;
});
