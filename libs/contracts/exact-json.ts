import { LosslessNumber } from 'lossless-json';

export { LosslessNumber };

/**
 * Numbers that `JSON.parse` may change: 16 digits or more, and ids with a fraction or an exponent. Looked
 * for where a value stands, so that ids in strings do not match. One look at 16 MiB takes 30 ms.
 */
const MAY_CHANGE = /[:[,]\s*-?\d{16}|id"\s*:\s*-?\d{1,15}[.e]/i;
const ID_NAME = /id"$/i;
const WHOLE = /^-?\d+$/;

/** Stands before the digits of an exact number where they pass through JSON.parse and JSON.stringify as text. */
const MARK = crypto.randomUUID();
const MARKED = new RegExp(`"${MARK}([^"]+)"`, 'g');
const NUMBERS = /-?\d[\d.eE+-]*/g;
const COLON = /^\s*:\s*/;
const VALID = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads JSON as `JSON.parse` does, except that a whole number beyond 2^53, and a number that is an id and
 * not written as plain digits (`1e5`, `1.0`), becomes a `LosslessNumber` with its digits.
 * Such numbers are marked as text before JSON.parse reads the rest: the parser of lossless-json takes
 * thirty times as long, 4 s for 16 MiB.
 * @throws SyntaxError for what is no JSON, or is nested too deeply beside such a number
 */
export function parseJson(text: string): unknown {
  // A line of JSON that is a number alone has no place before it.
  if (!MAY_CHANGE.test(text)) return JSON.parse(text) as unknown;
  const marked = withMarks(text);
  const value = JSON.parse(marked) as unknown;
  if (marked === text) return value;
  try {
    return unmarked(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError('nested too deeply', { cause: error });
  }
}

/** Strings are passed over as a whole: only what is between them is looked at. */
function withMarks(text: string): string {
  const parts: string[] = [];
  let name = '';
  for (let start = 0; start < text.length;) {
    const quote = text.indexOf('"', start);
    const between = text.slice(start, quote < 0 ? text.length : quote);
    parts.push(/\d/.test(between) ? markNumbers(between, name) : between);
    if (quote < 0) break;
    start = endOfString(text, quote);
    name = text.slice(quote, start);
    parts.push(name);
  }
  return parts.join('');
}

/** The place after the closing quote of a string, or the end of the text. @param quote of its opening quote */
function endOfString(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charAt(first - 1) === '\\') first--;
    if ((at - first) % 2 === 0) return at + 1;
  }
  return text.length;
}

/** @param before the string that precedes the text, in its quotes */
function markNumbers(text: string, before: string): string {
  const valueAt = ID_NAME.test(before) ? COLON.exec(text)?.[0].length : undefined;
  return text.replace(NUMBERS, (number: string, at: number) => {
    // `JSON.parse` says what is wrong with a number that is none.
    if (!VALID.test(number) || String(Number(number)) === number) return number;
    return at === valueAt || WHOLE.test(number) ? `"${MARK}${number}"` : number;
  });
}

/** A value with its marked texts as numbers, in place. */
function unmarked(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.startsWith(MARK) ? new LosslessNumber(value.slice(MARK.length)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  for (const name in members) {
    const member = members[name];
    if (typeof member !== 'string' && typeof member !== 'object') continue;
    const read = unmarked(member);
    // An assignment to a member named __proto__ would do something else.
    if (read !== member) Object.defineProperty(members, name, { ...WRITABLE, value: read });
  }
  return value;
}

const WRITABLE = { configurable: true, enumerable: true, writable: true };

/**
 * Writes a value as JSON; a `LosslessNumber` as the digits it was read from.
 * @param replacer as of `JSON.stringify`
 */
export function writeJson(
  value: unknown,
  replacer: (name: string, member: unknown) => unknown = (_name, member) => member,
): string {
  let hasExact = false;
  const text = JSON.stringify(value, (name, member: unknown) => {
    const written = replacer(name, member);
    if (!(written instanceof LosslessNumber)) return written;
    hasExact = true;
    return MARK + written.value;
  });
  return hasExact ? text.replaceAll(MARKED, '$1') : text;
}
