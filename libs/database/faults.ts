import { isDatabaseAway, sqlState } from './away.js';

/**
 * SQLSTATE classes and codes of failures with a cause outside of the work itself:
 * 08 connection, 25006 read only, 25P03/25P04 idle or transaction timeout, 28 authorization, 3D/3F no such database or
 * schema, 40 rolled back because of another transaction, 42501 privilege revoked, 53 resources (disk, memory,
 * connections), 55006/55P03 in use or locked, 57 intervention (cancelled, shut down, timeout), 58 operating system,
 * F0 configuration.
 */
const OUTSIDE_STATES =
  /^(08...|25006|25P0[34]|28...|3D000|3F000|40...|42501|53...|55006|55P03|57...|58...|F0...)$/;
/** The corresponding codes of Node and the operating system. */
const OUTSIDE_CODES = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EROFS']);

const IN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(53100|ENOSPC|EDQUOT)$/, 'the disk is full'],
  [/^(53200|ENOMEM)$/, 'memory has run out'],
  [/^(53300|EMFILE|ENFILE)$/, 'too many connections or files are open'],
  [/^53400$/, 'a configured limit of the database is reached'],
  [/^(25006|EROFS)$/, 'the database can only be read'],
  [/^(28...|42501)$/, 'the database refuses permission'],
  [/^57014$/, 'the database cancelled a statement'],
  [/^(40...|55...)$/, 'another transaction is in the way'],
  [/^(58...|EIO)$/, 'the operating system of the database reports an error'],
];

/** A sequence has given out its last number; those of the keys of users, orgs and pairs end at 2,147,483,647. */
const NUMBERS_RAN_OUT = '2200H';

/** Describes the failure of a write that needs a new number from a sequence without any left; otherwise undefined. */
export function exhaustedNumbers(error: unknown): string | undefined {
  if (!(error instanceof Error) || sqlState(error) !== NUMBERS_RAN_OUT) return undefined;
  const sequence = /"([^"]+)"/.exec(error.message)?.[1] ?? 'a sequence';
  return (
    `The store has no numbers left for new rows: ${sequence} is at its end. ` +
    'Export the store and import it into an empty one, which numbers its rows from 1.'
  );
}

/**
 * Describes a failure with a cause outside of the work, such as a full disk. Once the cause is gone, the same work
 * succeeds.
 * @returns a phrase for people; undefined when the work itself is at fault
 */
export function outsideFault(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const code = sqlState(one);
    if (OUTSIDE_STATES.test(code) || OUTSIDE_CODES.has(code)) {
      const words = IN_WORDS.find(([pattern]) => pattern.test(code))?.[1];
      return `${words ?? 'the database is away'} (${code})`;
    }
  }
  return isDatabaseAway(error) ? 'the database is away' : undefined;
}
