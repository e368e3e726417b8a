import pg from 'pg';
import { formatDay } from '#libs/contracts';

/**
 * Values as SQL literals, for statements that take no parameters. Settings of the session would not do: the nodes of
 * a distributed store, which evaluate a part of the statement, do not have them.
 */
export const literal = {
  /** @throws RangeError unless it is a safe integer */
  int(value: number): string {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer.`);
    return String(value);
  },

  /** @throws RangeError unless all are safe integers */
  ints(values: readonly number[]): string {
    if (!values.every(Number.isSafeInteger)) throw new RangeError('A list of integers is needed.');
    return `'{${values.join(',')}}'::int[]`;
  },

  /** @param ms the first millisecond of the same date in UTC */
  day(ms: number): string {
    return `'${formatDay(ms)}'::date`;
  },

  /** @param days each the first millisecond of the same date in UTC. Many, if equal ones follow each other, are fast */
  days(days: readonly number[]): string {
    let [latest, text] = [Number.NaN, ''];
    const texts = days.map((day) => {
      if (day !== latest) [latest, text] = [day, formatDay(day)];
      return text;
    });
    return `'{${texts.join(',')}}'::date[]`;
  },

  /** @param ms milliseconds since 1970 */
  instant(ms: number): string {
    return `'${isoText(ms)}'::timestamptz`;
  },

  /** @param list milliseconds since 1970 */
  instants(list: readonly number[]): string {
    return `'{${list.map(isoText).join(',')}}'::timestamptz[]`;
  },

  /** @throws RangeError when the text contains NUL, which ends a statement */
  text(value: string): string {
    if (value.includes('\0')) throw new RangeError('PostgreSQL has no text with NUL.');
    return pg.escapeLiteral(value);
  },
};

/** PostgreSQL does not accept the sign of a year after 9999. */
function isoText(ms: number): string {
  return new Date(ms).toISOString().replace(/^\+0/, '');
}
