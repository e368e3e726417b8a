import { EVENT_TYPES } from '#libs/contracts';
import { scanJsonTokens, type JsonToken } from './json-tokens.js';

/** What a rejected text mentions, so that a deletion of one of them finds it. */
export interface Mentions {
  /** Each value, name of a member and word in it that may be an id, an address or a name. */
  texts: string[];
  /** False when the text was too long, or nested or rounded too much, for `texts` to be complete. */
  isComplete: boolean;
  /** The beginning of a last string that was cut off, which may be the beginning of an id. */
  torn?: string;
}

/** Characters that are read of a text. No message is longer than a mebibyte. */
const MAX_CHARACTERS = 1024 * 1024;
/** Texts that are noted of one letter, and how many of them, repeated ones included, are looked at. */
const MAX_TEXTS = 10_000;
const MAX_LOOKED_AT = 100_000;
/** The same of all letters of one request: what 10,000 ordinary events need. */
const MAX_TEXTS_A_REQUEST = 120_000;
const MAX_LOOKED_AT_A_REQUEST = 500_000;
/** Each letter has so many, however much the others of its request took. */
const MIN_TEXTS = 12;
/** No id and no address is longer. */
const MAX_LENGTH = 1_000;
/** JSON as a string in JSON as a string, and so on. */
const MAX_DEPTH = 6;
/** Parts of a longer text that are shorter are not noted: they would be in every second letter. */
const MIN_WORD = 3;

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);
/** Names of members that stand in nearly every event. */
const COMMON_NAMES: ReadonlySet<string> = new Set([
  ...['id', 'type', 'data', 'time', 'source', 'specversion', 'user_id', 'org_id', 'email', 'role'],
  ...['username', 'first_name', 'last_name', 'created_at', 'inviter_user_id', 'invitee_email'],
  ...['name', 'signup_query_parameters', 'context', 'traits', 'properties'],
]);

/**
 * What the letters of one request may note together. Without this limit, 16 MiB of rejected words take the process
 * and the index of mentions half a minute.
 */
export class MentionBudget {
  texts = MAX_TEXTS_A_REQUEST;
  lookedAt = MAX_LOOKED_AT_A_REQUEST;
}

/**
 * Reads what a text mentions: JSON, JSON that was cut off, or any other text. In linear time.
 * @param budget of the request; beyond it, mentions are not complete
 */
export function mentionsOf(text: string, budget = new MentionBudget()): Mentions {
  const noted = new Noted(budget);
  noted.isComplete = text.length <= MAX_CHARACTERS;
  scan(text.slice(0, MAX_CHARACTERS), noted, 1);
  noted.spend(budget);
  const { isComplete, torn } = noted;
  return { texts: [...noted.texts], isComplete, ...(torn !== undefined && { torn }) };
}

class Noted {
  readonly texts = new Set<string>();
  isComplete = true;
  torn: string | undefined;
  private lookedAt = 0;
  private readonly maxTexts: number;
  private readonly maxLookedAt: number;

  constructor({ texts, lookedAt }: MentionBudget) {
    this.maxTexts = Math.max(MIN_TEXTS, Math.min(texts, MAX_TEXTS));
    this.maxLookedAt = Math.max(MIN_TEXTS, Math.min(lookedAt, MAX_LOOKED_AT));
  }

  spend(budget: MentionBudget): void {
    budget.texts -= this.texts.size;
    budget.lookedAt -= this.lookedAt;
  }

  /** More words than can be noted, short ones included. */
  get mostWords(): number {
    return 2 * (this.maxLookedAt - this.lookedAt) + MIN_TEXTS;
  }

  /** @returns false when there are too many */
  add(text: string): boolean {
    if (++this.lookedAt > this.maxLookedAt || this.texts.size >= this.maxTexts) {
      this.isComplete = false;
      return false;
    }
    if (text !== '' && text.length <= MAX_LENGTH) this.texts.add(text);
    return true;
  }
}

function scan(text: string, noted: Noted, depth: number): void {
  scanJsonTokens(text, (token) => {
    if (!token.isClosed) noted.torn = token.text;
    if (isCommon(token)) return true;
    if (!noteValue(token, noted)) return false;
    if (token.kind !== 'string') return true;
    const inner = holdsJson(token.text) ? token.text : textInBase64(token.text);
    if (inner === undefined) return true;
    if (depth < MAX_DEPTH) scan(inner, noted, depth + 1);
    else noted.isComplete = false;
    return true;
  });
}

/** Shorter texts in base64 cannot hold an address or JSON with an id. */
const MIN_BASE64 = 12;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** What a text in base64 says, also one that was cut off; undefined for any other text. */
function textInBase64(text: string): string | undefined {
  if (text.length < MIN_BASE64 || !BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Ids and words are read as base64 as well: they come out as bytes without JSON or an address.
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

function noteValue({ text, kind }: JsonToken, noted: Noted): boolean {
  const value = text.trim();
  if (!noted.add(value)) return false;
  if (kind === 'bare') {
    const number = Number(value);
    if (Number.isFinite(number)) {
      if (isRounded(value, number)) noted.isComplete = false;
      return noted.add(String(number));
    }
  }
  return isTime(value) || noteWords(value, noted);
}

/** A large number that JavaScript wrote again may have been another one. */
function isRounded(value: string, number: number): boolean {
  return Math.abs(number) >= 2 ** 53 && (value.endsWith('0') || value.includes('e'));
}

function isTime(value: string): boolean {
  return value.length <= 35 && /^\d{4}-\d\d-\d\dT[\d:.Z+-]+$/.test(value);
}

/** Ends a word in any text. */
const BETWEEN_WORDS = /[\s"'`<>(){}[\]|,;]+/;
/** Parts a word further, such as an URL or `name=value`. */
const BETWEEN_PARTS = /[/=&?:#\\]+/;

/** An address in an URL in an URL is encoded twice. */
const MAX_ENCODED = 3;
/** The at sign in HTML, and the wide one of East Asian texts. */
const OTHER_AT_SIGNS = /&#0{0,4}64;|&#x0{0,4}40;|&commat;|\uFF20/gi;

function noteWords(text: string, noted: Noted): boolean {
  const value = text.replace(OTHER_AT_SIGNS, '@');
  const most = noted.mostWords;
  const words = value.split(BETWEEN_WORDS, most + 1);
  if (words.length > most) noted.isComplete = false;
  for (const word of words) {
    if (word.length < MIN_WORD) continue;
    if (!noteWord(word, noted)) return false;
    let decoded = word;
    for (let time = 0; time < MAX_ENCODED && decoded.includes('%'); time++) {
      const next = percentDecoded(decoded);
      if (next === decoded) break;
      decoded = next;
      if (!(noted.add(decoded) && noteWord(decoded, noted))) return false;
    }
  }
  return true;
}

function noteWord(word: string, noted: Noted): boolean {
  if (!noted.add(withoutFullStop(word))) return false;
  for (const part of word.split(BETWEEN_PARTS)) {
    if (part.length < MIN_WORD) continue;
    if (!noted.add(withoutFullStop(part)) || !noteAddresses(part, noted)) return false;
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

/** No part of an address before or after the at sign is longer, by RFC 5321. */
const [MAX_LOCAL, MAX_DOMAIN] = [64, 255];
const MAX_VARIANTS = 6;

/** Notes the addresses in a word such as `signup-ada@example.com`, where one may begin after each sign. */
function noteAddresses(word: string, noted: Noted): boolean {
  for (let at = word.indexOf('@'); at >= 0; at = word.indexOf('@', at + 1)) {
    const local = word.slice(Math.max(0, at - MAX_LOCAL), at);
    const domain = word.slice(at + 1, at + 1 + MAX_DOMAIN);
    const domains = headsOf(domain);
    for (const beginning of tailsOf(local)) {
      for (const end of domains) if (!noted.add(`${beginning}@${end}`)) return false;
    }
  }
  return true;
}

const JOINTS = new Set('-_.+~!*$%^');

/** The text from its beginning, and from after each of its last joints on. */
function tailsOf(text: string): string[] {
  const tails = [text];
  for (let at = text.length - 2; at >= 0 && tails.length < MAX_VARIANTS; at--) {
    if (JOINTS.has(text[at]!)) tails.push(text.slice(at + 1));
  }
  return tails;
}

/** The text up to its end, and up to each of its first joints but full stops. */
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
 * A number that stands for a text in the index of mentions: 53 bits, without regard to case and to how
 * accents are composed. Two texts that share one make a deletion erase a letter too many.
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

/** The numbers of a list of texts, each once. */
export function mentionHashes(texts: Iterable<string>): number[] {
  return [...new Set(Array.from(texts, mentionHash))];
}

/** The words of a name of a person, which may stand apart in a letter. */
export function wordsOf(name: string): string[] {
  return name.split(BETWEEN_WORDS).filter((word) => word.length >= MIN_WORD);
}
