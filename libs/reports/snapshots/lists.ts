import { RANKINGS, intervalDays, type Ranking, type Subject } from '#libs/contracts/plain';
import {
  definitionOf,
  indexColumn,
  indexColumns,
  indexKeys,
  windowOf,
} from '../definitions/index.js';
import type { RunFacts } from '../engine/run-facts.js';
import { bytesOfRows, intoRows } from './list-rows.js';
import {
  NUMBERS_BYTES,
  packColumn,
  packList,
  packNumbers,
  widthOf,
  type PackedList,
} from './packing.js';

/** The report name of the list of numbers per key, which all reports of a subject share. */
export const NUMBERS = 'numbers';
/** The report name of the lists of the index: the interval `keys`, and one per value. */
export const INDEX = 'index';
export const INDEX_KEYS = 'keys';

const SUBJECTS: readonly Subject[] = ['user', 'org'];

/** The lists of a snapshot: the numbers and the index of users and orgs, then all rankings. */
export const LISTS: readonly Ranking[] = [
  ...SUBJECTS.map((subject) => ({ subject, report: NUMBERS, interval: '' })),
  ...SUBJECTS.flatMap((subject) =>
    [INDEX_KEYS, ...indexColumns(subject)].map((interval) => ({
      subject,
      report: INDEX,
      interval,
    })),
  ),
  ...RANKINGS,
];

/** The number of words that the rows of a list take at most. @param head see `intoRows` */
export function mostWords(facts: RunFacts, list: Ranking, head: Uint8Array): number {
  return Math.ceil(bytesOfRows(mostBytes(facts, list), head.length) / 4);
}

/** The number of bytes that a packed list takes at most, in whole words. */
function mostBytes({ users, orgs }: RunFacts, list: Ranking): number {
  const { keys, size } = list.subject === 'user' ? users : orgs;
  if (list.report === NUMBERS) return size * NUMBERS_BYTES;
  if (list.report === INDEX) {
    const bySubject = { user: users.openSpans.length, org: size };
    return (list.interval === INDEX_KEYS ? keys.length : bySubject[list.subject]) * 4;
  }
  const { extras, extraBytes } = definitionOf(list);
  return Math.ceil((keys.length * widthOf(extras.length, extraBytes)) / 4) * 4;
}

/**
 * Makes the rows of a list.
 * @param room receives them; at least `mostWords` long
 * @param head see `intoRows`
 * @returns the number of entries, and the bytes of the rows
 */
export function makeList(
  facts: RunFacts,
  list: Ranking,
  room: Uint32Array,
  head: Uint8Array,
): { total: number; bytes: number } {
  const { memory } = facts;
  const mark = memory.checkpoint();
  const packed = pack(facts, list, room);
  memory.rewind(mark);
  return { total: packed.total, bytes: intoRows(room, packed, head) };
}

function pack(
  facts: RunFacts,
  { subject, report, interval }: Ranking,
  room: Uint32Array,
): PackedList {
  const { users, orgs } = facts;
  if (report === NUMBERS) {
    const { length: bytes } =
      subject === 'user'
        ? packNumbers(users, users.lastActiveAt, room)
        : packNumbers(orgs, orgs.members, room);
    return { total: bytes / NUMBERS_BYTES, width: NUMBERS_BYTES, bytes };
  }
  if (report === INDEX && interval === INDEX_KEYS) {
    const keys = indexKeys(facts, subject);
    const { length: bytes } = packList({ keys, extras: [] }, 4, room);
    return { total: keys.length, width: 4, bytes };
  }
  if (report === INDEX) {
    const values = indexColumn(facts, subject, interval);
    const { width, entries } = packColumn(values, room);
    return { total: values.length, width, bytes: entries.length };
  }
  const definition = definitionOf({ subject, report });
  const { extraBytes } = definition;
  const list = definition.rank(facts, windowOf(facts, intervalDays(interval)));
  const { length: bytes } = packList(list, extraBytes, room);
  return { total: list.keys.length, width: widthOf(list.extras.length, extraBytes), bytes };
}
