import { LosslessNumber } from 'lossless-json';

export { LosslessNumber };

/**
 * Numbers that `JSON.parse` may change: 16 digits or more, and ids with a fraction or an exponent. Matches
 * only where a value begins, so ids inside strings do not match. A search of 16 MiB takes 30 ms.
 */
const MAY_CHANGE = /[:[,]\s*-?\d{16}|id"\s*:\s*-?\d{1,15}[.e]/i;
const ID_NAME = /id"$/i;
const WHOLE = /^-?\d+$/;

/** The prefix of an exact number's digits while they pass through JSON.parse and JSON.stringify as a string. */
const MARK = crypto.randomUUID();
const MARKED = new RegExp(`"${MARK}([^"]+)"`, 'g');
const NUMBERS = /-?\d[\d.eE+-]*/g;
const COLON = /^\s*:\s*/;
const VALID = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Parses JSON like `JSON.parse`, but whole numbers beyond 2^53, and ids that are numbers not written as
 * plain digits (`1e5`, `1.0`), become `LosslessNumber`s with their digits.
 * Turns such numbers into marked strings and then calls JSON.parse: the parser of lossless-json takes
 * thirty times as long, 4 s for 16 MiB.
 * @throws SyntaxError for invalid JSON, and for JSON with such a number that is nested too deeply
 */
export function parseJson(text: string): unknown {
  // The pattern never matches a text that is a single number, such as a line of NDJSON.
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

/** Marks exact numbers. Skips strings and examines only the text between them. */
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

/** The index after the closing quote of a string, or the end of the text. @param quote index of the opening quote */
function endOfString(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charAt(first - 1) === '\\') first--;
    if ((at - first) % 2 === 0) return at + 1;
  }
  return text.length;
}

/** @param before the string before the text, with its quotes */
function markNumbers(text: string, before: string): string {
  const valueAt = ID_NAME.test(before) ? COLON.exec(text)?.[0].length : undefined;
  return text.replace(NUMBERS, (number: string, at: number) => {
    // `JSON.parse` reports invalid numbers.
    if (!VALID.test(number) || String(Number(number)) === number) return number;
    return at === valueAt || WHOLE.test(number) ? `"${MARK}${number}"` : number;
  });
}

/** Turns the marked strings of a value into numbers, in place. */
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
    // An assignment to a member named __proto__ would set the prototype.
    if (read !== member) Object.defineProperty(members, name, { ...WRITABLE, value: read });
  }
  return value;
}

const WRITABLE = { configurable: true, enumerable: true, writable: true };

/**
 * Serializes a value as JSON; a `LosslessNumber` as its original digits.
 * @param replacer as in `JSON.stringify`
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
