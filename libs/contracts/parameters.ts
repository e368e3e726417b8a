import { z } from 'zod';
import { parseDayOrInstant } from './instant.js';

/**
 * Parts of the query and path schemas of operations. Each parses the text of one parameter; OpenAPI shows its metadata.
 */

const DIGITS = /^\d{1,10}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** A whole number within bounds, written in digits only. */
export function wholeNumber({
  low,
  high,
  ...bounds
}: {
  low: number;
  high: number;
  default: number;
}) {
  const error = `must be a whole number from ${low} to ${high}`;
  const number = z.int(error).min(low, error).max(high, error);
  return z
    .preprocess(
      (text) => (typeof text === 'string' && DIGITS.test(text) ? Number(text) : text),
      number,
    )
    .prefault(bounds.default);
}

/** One of a fixed list of values; the first is the default. */
export function choice<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}`).default(values[0]);
}

/** A day, as the first millisecond of the same date in UTC, or an instant; milliseconds since 1970. */
export interface DayOrInstant {
  ms: number;
  isDay: boolean;
}

const DAY_RULE = 'must be a day such as 2026-01-31';

/** A calendar day such as 2026-01-31, or an instant, which means its day in the store's zone. */
export const day = z
  .string(DAY_RULE)
  .meta({ format: 'date' })
  .transform((text, context): DayOrInstant => {
    const parsed = parseDayOrInstant(text);
    if (parsed === undefined) context.addIssue(DAY_RULE);
    return parsed ?? z.NEVER;
  });

const uuid = (message: string) =>
  z
    .string()
    .refine((text) => UUID.test(text), message)
    .meta({ format: 'uuid' });

/** The id of a report run in a query. */
export const runId = uuid('must be the id of a run');

/** The id of a report run in a path. */
export const runPath = z.object({ runId: uuid('There is no run with this id.') });

/** The maximum number of rows per page. */
export const MAX_PAGE_SIZE = 100;
const MAX_PAGE_NUMBER = 2 ** 31 - 1;

/** The size and the number of a page. */
export const page = {
  page_size: wholeNumber({ default: 10, low: 1, high: MAX_PAGE_SIZE }).describe('rows per page'),
  page_number: wholeNumber({ default: 0, low: 0, high: MAX_PAGE_NUMBER }).describe('counts from 0'),
};
