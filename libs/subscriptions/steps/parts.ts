import { MAX_MESSAGE_ROWS, type SubscriptionTarget } from '#libs/contracts';

/** A part of a message: some of its rows, first those that entered, then those that left. */
export interface Part {
  /** From 1. */
  number: number;
  of: number;
  /** The first row, from 0. */
  first: number;
  rows: number;
}

/**
 * Divides the rows of a message into deliveries. Only webhooks receive all rows; other targets show the first ones, and
 * link to the rest.
 */
export function partsOf(rows: number, kind: SubscriptionTarget['kind']): Part[] {
  if (kind !== 'webhook')
    return [{ number: 1, of: 1, first: 0, rows: Math.min(rows, MAX_MESSAGE_ROWS) }];
  const of = Math.max(1, Math.ceil(rows / MAX_MESSAGE_ROWS));
  return Array.from({ length: of }, (_, index) => {
    const first = index * MAX_MESSAGE_ROWS;
    return { number: index + 1, of, first, rows: Math.min(rows - first, MAX_MESSAGE_ROWS) };
  });
}
