import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import type { Measured, Results } from './measured.js';
import { describeResults } from './report.js';

const NUMBERS = 'results.json';
const TABLE = 'RESULTS.md';

/** The earlier figures of this machine, without those of other machines. */
export function readResults(
  folder: string,
  machine: Machine,
  say: (text: string) => void,
): Results {
  const file = join(folder, NUMBERS);
  if (!existsSync(file)) return { machine, figures: [] };
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (JSON.stringify(kept.machine) === JSON.stringify(machine)) return kept;
  say(`The figures in ${NUMBERS} are of another machine or other versions: they are dropped.`);
  return { machine, figures: [] };
}

/** The results with new figures of a stage and size instead of the earlier ones. */
export function withFigures(
  { machine, figures }: Results,
  measured: readonly Measured[],
  { users, stage }: Pick<Measured, 'users' | 'stage'>,
): Results {
  const others = figures.filter((figure) => figure.users !== users || figure.stage !== stage);
  return { machine, figures: [...others, ...measured] };
}

/** Writes the table and the samples. */
export function writeResults(folder: string, results: Results, stages: readonly string[]): void {
  const place = ({ users, stage }: Measured) => users * stages.length + stages.indexOf(stage);
  const figures = results.figures.toSorted((one, other) => place(one) - place(other));
  const sorted = { ...results, figures };
  writeFileSync(join(folder, NUMBERS), `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(join(folder, TABLE), describeResults(sorted));
}
