import { EVENT_TYPES, PROFILE_FIELDS } from '#libs/contracts';
import { scanJsonTokens, type JsonToken } from './json-tokens.js';

/** The texts that a letter mentions, by which a deletion finds it. */
export interface Mentions {
  /** All values, member names and words that may be an id, an address or a name. */
  texts: string[];
  /**
   * False when `texts` may be incomplete: the text is too long, nested too deeply, or has rounded
   * numbers.
   */
  isComplete: boolean;
  /** The last string when the text was truncated inside it; it may be the beginning of an id. */
  torn?: string;
}

/** Characters read per text. No message is longer than 1 MiB. */
const MAX_CHARACTERS = 1024 * 1024;
/** Distinct texts per letter, and texts examined per letter, repetitions included. */
const MAX_TEXTS = 10_000;
const MAX_EXAMINED = 100_000;
/** The same limits per request: enough for 10,000 ordinary events. */
const MAX_TEXTS_PER_REQUEST = 120_000;
const MAX_EXAMINED_PER_REQUEST = 500_000;
/** Texts guaranteed per letter, whatever the other letters of its request used. */
const MIN_TEXTS = 12;
/** No id or address is longer. */
const MAX_LENGTH = 1_000;
/** Levels of JSON inside strings of JSON. */
const MAX_DEPTH = 6;
/** Shorter parts of a text are left out: they are too common. */
const MIN_WORD = 3;

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);
/** Member names that appear in nearly every event. */
const COMMON_NAMES: ReadonlySet<string> = new Set([
  ...['id', 'type', 'data', 'time', 'source', 'specversion', 'user_id', 'org_id', 'role'],
  ...[...PROFILE_FIELDS, 'created_at', 'inviter_user_id', 'invitee_email'],
  ...['name', 'signup_query_parameters', 'context', 'traits', 'properties'],
]);

/**
 * Limits the mentions of all letters of one request. Without it, 16 MiB of rejected words would
 * occupy the process and the index of mentions for half a minute.
 */
export class MentionBudget {
  texts = MAX_TEXTS_PER_REQUEST;
  examined = MAX_EXAMINED_PER_REQUEST;
}

/**
 * Collects the mentions of a text: JSON, truncated JSON or any other text. Takes linear time.
 * @param budget of the request; beyond it, mentions are incomplete
 */
export function mentionsOf(text: string, budget = new MentionBudget()): Mentions {
  const found = new FoundTexts(budget);
  found.isComplete = text.length <= MAX_CHARACTERS;
  scan(text.slice(0, MAX_CHARACTERS), found, 1);
  found.spend(budget);
  const { isComplete, torn } = found;
  return { texts: [...found.texts], isComplete, ...(torn !== undefined && { torn }) };
}

class FoundTexts {
  readonly texts = new Set<string>();
  isComplete = true;
  torn: string | undefined;
  private examined = 0;
  private readonly maxTexts: number;
  private readonly maxExamined: number;

  constructor({ texts, examined }: MentionBudget) {
    this.maxTexts = Math.max(MIN_TEXTS, Math.min(texts, MAX_TEXTS));
    this.maxExamined = Math.max(MIN_TEXTS, Math.min(examined, MAX_EXAMINED));
  }

  spend(budget: MentionBudget): void {
    budget.texts -= this.texts.size;
    budget.examined -= this.examined;
  }

  /** Upper bound for the words that can still be added, short ones included. */
  get maxWords(): number {
    return 2 * (this.maxExamined - this.examined) + MIN_TEXTS;
  }

  /** Adds a text. @returns false when a limit is reached */
  add(text: string): boolean {
    if (++this.examined > this.maxExamined || this.texts.size >= this.maxTexts) {
      this.isComplete = false;
      return false;
    }
    if (text !== '' && text.length <= MAX_LENGTH) this.texts.add(text);
    return true;
  }
}

function scan(text: string, found: FoundTexts, depth: number): void {
  scanJsonTokens(text, (token) => {
    if (!token.isClosed) found.torn = token.text;
    if (isCommon(token)) return true;
    if (!addValue(token, found)) return false;
    if (token.kind !== 'string') return true;
    const inner = holdsJson(token.text) ? token.text : textInBase64(token.text);
    if (inner === undefined) return true;
    if (depth < MAX_DEPTH) scan(inner, found, depth + 1);
    else found.isComplete = false;
    return true;
  });
}

/** A shorter base64 text cannot contain an address or JSON with an id. */
const MIN_BASE64 = 12;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Decodes base64, also when truncated; undefined for any other text. */
function textInBase64(text: string): string | undefined {
  if (text.length < MIN_BASE64 || !BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Ids and words can be valid base64 too; their bytes contain neither JSON nor an address.
  const decoded = bytes.includes('"') || bytes.includes('@') ? bytes.toString('utf8') : '';
  const isText = decoded !== '' && !decoded.slice(0, -1).includes('\uFFFD');
  return isText ? decoded : undefined;
}

function isCommon({ text, isName }: JsonToken): boolean {
  return isName ? COMMON_NAMES.has(text) : TYPES.has(text);
}

function holdsJson(text: string): boolean {
  return text.includes('"') || text.includes('{') || text.includes('[');
}

function addValue({ text, kind }: JsonToken, found: FoundTexts): boolean {
  const value = text.trim();
  if (!found.add(value)) return false;
  if (kind === 'bare') {
    const number = Number(value);
    if (Number.isFinite(number)) {
      if (isRounded(value, number)) found.isComplete = false;
      return found.add(String(number));
    }
  }
  return isTime(value) || addWords(value, found);
}

/** Whether JavaScript may have rounded a large number before it was written. */
function isRounded(value: string, number: number): boolean {
  return Math.abs(number) >= 2 ** 53 && (value.endsWith('0') || value.includes('e'));
}

function isTime(value: string): boolean {
  return value.length <= 35 && /^\d{4}-\d\d-\d\dT[\d:.Z+-]+$/.test(value);
}

/** Separates words in any text. */
const BETWEEN_WORDS = /[\s"'`<>(){}[\]|,;]+/;
/** Separates the parts of a word, such as a URL or `name=value`. */
const BETWEEN_PARTS = /[/=&?:#\\]+/;

/** Levels of percent-encoding. An address in a URL inside a URL is encoded twice. */
const MAX_ENCODED = 3;
/** The at sign in HTML and in full width. */
const OTHER_AT_SIGNS = /&#0{0,4}64;|&#x0{0,4}40;|&commat;|\uFF20/gi;

function addWords(text: string, found: FoundTexts): boolean {
  const value = text.replace(OTHER_AT_SIGNS, '@');
  const maxWords = found.maxWords;
  const words = value.split(BETWEEN_WORDS, maxWords + 1);
  if (words.length > maxWords) found.isComplete = false;
  for (const word of words) {
    if (word.length < MIN_WORD) continue;
    if (!addWord(word, found)) return false;
    let decoded = word;
    for (let time = 0; time < MAX_ENCODED && decoded.includes('%'); time++) {
      const next = percentDecoded(decoded);
      if (next === decoded) break;
      decoded = next;
      if (!(found.add(decoded) && addWord(decoded, found))) return false;
    }
  }
  return true;
}

function addWord(word: string, found: FoundTexts): boolean {
  if (!found.add(withoutFullStop(word))) return false;
  for (const part of word.split(BETWEEN_PARTS)) {
    if (part.length < MIN_WORD) continue;
    if (!found.add(withoutFullStop(part)) || !addAddresses(part, found)) return false;
  }
  return true;
}

function withoutFullStop(word: string): string {
  return word.endsWith('.') || word.endsWith('!') ? word.slice(0, -1) : word;
}

function percentDecoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word.replaceAll('%40', '@');
  }
}

/** Limits of RFC 5321 for the parts before and after the at sign. */
const [MAX_LOCAL, MAX_DOMAIN] = [64, 255];
const MAX_VARIANTS = 6;

/**
 * Adds the addresses in a word such as `signup-ada@example.com`; an address may begin after any
 * joint.
 */
function addAddresses(word: string, found: FoundTexts): boolean {
  for (let at = word.indexOf('@'); at >= 0; at = word.indexOf('@', at + 1)) {
    const local = word.slice(Math.max(0, at - MAX_LOCAL), at);
    const domain = word.slice(at + 1, at + 1 + MAX_DOMAIN);
    const domains = headsOf(domain);
    for (const beginning of tailsOf(local)) {
      for (const end of domains) if (!found.add(`${beginning}@${end}`)) return false;
    }
  }
  return true;
}

const JOINTS = new Set('-_.+~!*$%^');

/** The text and its endings after each of the last joints. */
function tailsOf(text: string): string[] {
  const tails = [text];
  for (let at = text.length - 2; at >= 0 && tails.length < MAX_VARIANTS; at--) {
    if (JOINTS.has(text[at]!)) tails.push(text.slice(at + 1));
  }
  return tails;
}

/** The text and its beginnings before each of the first joints, full stops excepted. */
function headsOf(text: string): string[] {
  const heads = [text];
  for (let at = 1; at < text.length && heads.length < MAX_VARIANTS; at++) {
    const sign = text[at]!;
    if (sign === '@') {
      heads.push(text.slice(0, at));
      break;
    }
    if (sign !== '.' && JOINTS.has(sign)) heads.push(text.slice(0, at));
    else if (sign === '.' && at === text.length - 1) heads.push(text.slice(0, at));
  }
  return heads;
}

/**
 * The hash of a text in the index of mentions: 53 bits, independent of case and of how accents are
 * composed. A collision makes a deletion erase one letter too many.
 */
export function mentionHash(text: string): number {
  const plain = text.trim().normalize('NFC').toLowerCase();
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let at = 0; at < plain.length; at++) {
    const code = plain.charCodeAt(at);
    one = Math.imul(one ^ code, 2654435761);
    other = Math.imul(other ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 2 ** 32 * ((2 ** 21 - 1) & other) + (one >>> 0);
}

/** The distinct hashes of texts. */
export function mentionHashes(texts: Iterable<string>): number[] {
  return [...new Set(Array.from(texts, mentionHash))];
}

/** The words of a person's name, which may appear separately in a letter. */
export function wordsOf(name: string): string[] {
  return name.split(BETWEEN_WORDS).filter((word) => word.length >= MIN_WORD);
}
