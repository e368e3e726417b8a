import { TRAIT_DROPS, type DroppedTraits } from '#libs/contracts';
import type { Progress } from '#libs/ingest';

/** The result of a file import. */
interface Outcome extends Progress {
  /** Events that were already known. */
  known: number;
  seconds: number;
  rejectedFile: string | undefined;
}

/** The summary of an import: lines read, events written, lines rejected, and the time. */
export function summary(
  { lines, events, known, rejected, dropped, seconds, rejectedFile }: Outcome,
  { isDryRun, isStopped }: { isDryRun: boolean; isStopped: boolean },
): string {
  const speed = Math.round(events / Math.max(seconds, 0.001));
  const summary = table([
    ['lines', count(lines)],
    [isDryRun ? 'events, only checked' : 'events written', count(events - known)],
    ...(known > 0 ? [['events known already', count(known)] as const] : []),
    ['lines rejected', `${count(rejected)}${rejectedFile ? `, see ${rejectedFile}` : ''}`],
    ...droppedTraits(dropped),
    ['time', `${seconds.toFixed(1)} s, ${count(speed)} events/s`],
  ]);
  return isStopped
    ? `${summary}Stopped before the end. Run it again: nothing counts twice.\n`
    : summary;
}

/** The dropped traits by reason, as a row of the summary; no row if none were dropped. */
export function droppedTraits(dropped: DroppedTraits): (readonly [string, string])[] {
  const reasons = TRAIT_DROPS.flatMap((reason) => {
    const number = dropped[reason];
    return number === undefined ? [] : [`${count(number)} ${reason}`];
  });
  return reasons.length === 0 ? [] : [['traits dropped', reasons.join(', ')]];
}

/** Names and values, one pair per line. */
export function table(rows: readonly (readonly [name: string, value: string])[]): string {
  return rows.map(([name, value]) => `${name.padEnd(22)}${value}\n`).join('');
}

export function count(number: number): string {
  return number.toLocaleString('en');
}
