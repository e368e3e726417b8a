const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const ESCAPED: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const BLANKS = new Set([...' \t\r\n'].map((sign) => sign.charCodeAt(0)));
/** Characters that end a bare word: white space and JSON punctuation. */
const SIGNS = new Set([...' \t\r\n"{}[],:'].map((sign) => sign.charCodeAt(0)));

/** A decoded string, or a bare word: a number, `true`, text outside quotes. */
export interface JsonToken {
  text: string;
  kind: 'string' | 'bare';
  /** Whether a colon follows, so that the token is the name of a member. */
  isName: boolean;
  /** False for a string whose closing quote is missing. */
  isClosed: boolean;
}

/**
 * Calls `onToken` with each token of a text, which may be JSON, truncated JSON or any other text.
 * Takes linear time for every input.
 * @param onToken returns false to stop
 */
export function scanJsonTokens(text: string, onToken: (token: JsonToken) => boolean): void {
  for (let at = 0; at < text.length;) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) {
      const { value, end, isClosed } = readString(text, at + 1);
      const isName = isColonNext(text, end);
      if (!onToken({ text: value, kind: 'string', isName, isClosed })) return;
      at = end;
    } else if (SIGNS.has(sign)) {
      at++;
    } else {
      const start = at;
      while (at < text.length && !SIGNS.has(text.charCodeAt(at))) at++;
      const isName = isColonNext(text, at);
      if (!onToken({ text: text.slice(start, at), kind: 'bare', isName, isClosed: true })) return;
    }
  }
}

/** Skips at most 8 blanks, so that a long run of them is not read once per token. */
function isColonNext(text: string, end: number): boolean {
  let at = end;
  while (at < end + 8 && BLANKS.has(text.charCodeAt(at))) at++;
  return text.charAt(at) === ':';
}

/** Reads a string up to its closing quote, or to the end of the text. */
function readString(
  text: string,
  start: number,
): { value: string; end: number; isClosed: boolean } {
  let value = '';
  let from = start;
  for (let at = start; at < text.length;) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) return { value: value + text.slice(from, at), end: at + 1, isClosed: true };
    if (sign !== BACKSLASH) {
      at++;
      continue;
    }
    const escape = readEscape(text, at);
    value += text.slice(from, at) + escape.value;
    at = escape.end;
    from = at;
  }
  return { value: value + text.slice(from), end: text.length, isClosed: false };
}

/** Reads an escape sequence at its backslash. An invalid escape is read as its own character. */
function readEscape(text: string, at: number): { value: string; end: number } {
  const letter = text.charAt(at + 1);
  if (letter === 'u') {
    const code = hexOf(text, at + 2);
    if (code !== undefined) return { value: String.fromCharCode(code), end: at + 6 };
  }
  return { value: ESCAPED[letter] ?? letter, end: Math.min(at + 2, text.length) };
}

/** The value of four hexadecimal digits; undefined when there are fewer. */
function hexOf(text: string, at: number): number | undefined {
  let code = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = Number.parseInt(text.charAt(index), 16);
    if (Number.isNaN(digit)) return undefined;
    code = code * 16 + digit;
  }
  return code;
}
