import { intervalDays, type Ranking } from '#libs/contracts/plain';
import { COUNT_WINDOWS } from '../engine/count-windows.js';
import { ACTIVE_USER_WINDOWS } from '../engine/active-users.js';
import { BITMAP_DAYS } from '../engine/bitmap-words.js';
import type { Definition } from './definition.js';

const CATALOGUE = 'libs/contracts/catalogue.ts';
const DEFINITIONS = 'libs/reports/definitions/index.ts';
const COUNTS = 'libs/reports/engine/count-windows.ts';
const ACTIVE_USERS = 'libs/reports/engine/active-users.ts';
const FIXED_DAYS = 30;

/**
 * Refuses a catalogue that the engine does not support. The types check the same, but code may have been compiled in
 * spite of type errors.
 * @param definitions by subject and report
 * @throws Error naming the files to edit, one line per unsupported ranking
 */
export function checkCatalogue(
  rankings: readonly Ranking[],
  definitions: Readonly<Record<string, Readonly<Record<string, Definition | undefined>>>>,
): void {
  const faults = rankings.flatMap((ranking) => {
    const fault = faultOf(ranking, definitions[ranking.subject]?.[ranking.report]);
    return fault === undefined ? [] : [fault];
  });
  const names = rankings.map(nameOf);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  faults.push(...twice.map((name) => `${CATALOGUE} lists ${name} twice.`));
  if (faults.length === 0) return;
  throw new Error(
    `Some reports of the catalogue cannot be made:\n${[...new Set(faults)].join('\n')}`,
  );
}

function nameOf({ subject, report, interval }: Ranking): string {
  return `${subject}/${report}/${interval}`;
}

function faultOf(ranking: Ranking, definition: Definition | undefined): string | undefined {
  const { subject, report, interval } = ranking;
  const listed = `${CATALOGUE} lists ${nameOf(ranking)}`;
  if (!definition) {
    return `${CATALOGUE} lists the report ${subject}/${report}, which ${DEFINITIONS} does not define.`;
  }
  const days = intervalDays(interval);
  if (!Number.isInteger(days) || days < 1) {
    return `${listed}: an interval is Weekly, Monthly or a whole number of days.`;
  }
  if (definition.looksAt === 'counts') {
    if (COUNT_WINDOWS.some((window) => window === days)) return undefined;
    return `${listed}, but ${COUNTS} counts only in windows of ${COUNT_WINDOWS.join(', ')} days: add ${days} there.`;
  }
  if (definition.looksAt === 'active users') {
    if (ACTIVE_USER_WINDOWS.some((window) => window === days)) return undefined;
    return `${listed}, but ${ACTIVE_USERS} counts only in windows of ${ACTIVE_USER_WINDOWS.join(', ')} days: add ${days} there.`;
  }
  if (definition.looksAt === 'fixed windows') {
    if (days === FIXED_DAYS) return undefined;
    return `${listed}, but the windows of this report are fixed: its only interval is ${FIXED_DAYS}.`;
  }
  const longest = definition.looksAt === 'two windows' ? BITMAP_DAYS / 2 : BITMAP_DAYS;
  if (days <= longest) return undefined;
  return `${listed}, but the engine looks back ${BITMAP_DAYS} days: at most ${longest} for this report.`;
}
