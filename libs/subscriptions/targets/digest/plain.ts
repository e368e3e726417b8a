// Names come from users of the product: they may contain anything.

const CONTROLS = /[\p{Cc}\p{Cs}\u2028\u2029]+/gu;
/** Characters that change the direction of the text after them. */
const DIRECTIONS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A text of others as one line of at most `max` characters as readers count them. */
export function plain(text: string, max: number): string {
  const line = text.replace(CONTROLS, ' ').replace(DIRECTIONS, '').replace(/\s+/g, ' ').trim();
  if (line.length <= max) return line;
  const kept: string[] = [];
  // A character of a reader may be of any length: two limits, so that the result is short in both senses.
  let length = 0;
  for (const { segment } of characters.segment(line.slice(0, max * 2))) {
    length += segment.length;
    if (kept.length >= max - 1 || length > max * 2) break;
    kept.push(segment);
  }
  return kept.join('') === line ? line : `${kept.join('').trimEnd()}…`;
}

/** A text inside a sentence of plain text. One that reads from right to left must not reorder the words around it. */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}
