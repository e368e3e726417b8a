/**
 * Limits of what JSON may be, so that reading it takes no more time than its bytes are worth: 16 MiB of `[`, or
 * of a million names, kept a process busy for seconds.
 */
const MAX_VALUES = 500_000;
const MAX_DEPTH = 64;
const MAX_MEMBERS = 10_000;

const [QUOTE, BACKSLASH, COMMA, NEWLINE] = [0x22, 0x5c, 0x2c, 0x0a];
const [BRACKET, BRACE] = [0x5b, 0x7b];

/** Whether JSON has more than 500,000 values, counted before it is parsed. @param bytes JSON, or a line of it each */
export function isCrowded(bytes: Uint8Array): boolean {
  // A value takes two bytes with its comma.
  if (bytes.length <= 2 * MAX_VALUES) return false;
  return marksIn(bytes) > MAX_VALUES && valuesIn(bytes) > MAX_VALUES;
}

/** What is wrong with a value of JSON, as the end of a sentence. */
export function shapeProblem(value: unknown): string | undefined {
  return problemWithin(value, MAX_DEPTH);
}

function problemWithin(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return `must not be nested deeper than ${MAX_DEPTH} levels`;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) {
      const problem = problemWithin(element, depth - 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  let members = 0;
  // Neither entries nor values are copied: a body may have hundreds of thousands.
  for (const name in value) {
    if (++members > MAX_MEMBERS) {
      return `must not have an object with more than ${MAX_MEMBERS} members`;
    }
    const problem = problemWithin((value as Record<string, unknown>)[name], depth - 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const ALL = 0x01010101;
/** So many words are added up before a byte of the sum could overflow. */
const RUN = 127;

/**
 * Commas and opening brackets, inside of strings as well: no fewer than values. Four bytes at a time, which takes
 * 8 % of the time of JSON.parse; a loop over bytes takes 25 %.
 */
function marksIn({ buffer, byteOffset, length }: Uint8Array): number {
  const start = Math.ceil(byteOffset / 4) * 4;
  const words = new Int32Array(buffer, start, (byteOffset + length - start) >> 2);
  let marks = 0;
  for (let at = 0; at < words.length;) {
    const end = Math.min(words.length, at + RUN);
    let sum = 0;
    for (; at < end; at++) {
      const word = words[at]!;
      // A byte becomes 0 when it is a mark; the highest bit of a byte is then set where it was 0.
      const commas = word ^ (COMMA * ALL);
      const opening = (word | (0x20 * ALL)) ^ (BRACE * ALL);
      const zeros = ((commas - ALL) & ~commas) | ((opening - ALL) & ~opening);
      sum = (sum + ((zeros & (0x80 * ALL)) >>> 7)) | 0;
    }
    marks += (sum & 255) + ((sum >>> 8) & 255) + ((sum >>> 16) & 255) + (sum >>> 24);
  }
  // Those before the first and after the last whole word, and the first value, which no mark precedes.
  return marks + 8;
}

/** Commas and opening brackets outside of strings. A string ends with its line: JSON has no line ends in strings. */
function valuesIn(bytes: Uint8Array): number {
  let values = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInString = !isInString;
    else if (byte === NEWLINE) isInString = false;
    else if (isInString) {
      if (byte === BACKSLASH) at++;
    } else if (byte === COMMA || byte === BRACKET || byte === BRACE) values++;
  }
  return values;
}
