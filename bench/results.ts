import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import type { Measured, Results } from './measured.js';
import { describeResults } from './report.js';

const NUMBERS = 'results.json';
const TABLE = 'RESULTS.md';

/** What was measured on this machine before; a figure of another one is left out. */
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

/** The results with a stage's figures of one size in the place of its earlier ones. */
export function withFigures(
  { machine, figures }: Results,
  measured: readonly Measured[],
  { users, stage }: Pick<Measured, 'users' | 'stage'>,
): Results {
  const others = figures.filter((figure) => figure.users !== users || figure.stage !== stage);
  return { machine, figures: [...others, ...measured] };
}

/** Writes the table to read and the numbers behind it. */
export function writeResults(folder: string, results: Results, stages: readonly string[]): void {
  const place = ({ users, stage }: Measured) => users * stages.length + stages.indexOf(stage);
  const figures = results.figures.toSorted((one, other) => place(one) - place(other));
  const sorted = { ...results, figures };
  writeFileSync(join(folder, NUMBERS), `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(join(folder, TABLE), describeResults(sorted));
}
