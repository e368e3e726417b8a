import { MAX_MESSAGE_ROWS } from '#libs/contracts';

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
 * Divides the rows of a message into deliveries, whatever the target, because the target may change. Slack and e-mail
 * show the first part, and link to the rest.
 */
export function partsOf(rows: number): Part[] {
  const of = Math.max(1, Math.ceil(rows / MAX_MESSAGE_ROWS));
  return Array.from({ length: of }, (_, index) => {
    const first = index * MAX_MESSAGE_ROWS;
    return { number: index + 1, of, first, rows: Math.min(rows - first, MAX_MESSAGE_ROWS) };
  });
}
