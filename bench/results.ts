import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#libs/platform';
import type { Machine } from './machine.js';
import type { Measured, Results } from './measured.js';
import { describeResults } from './report.js';

const JSON_FILE = join(packageRoot, 'bench', 'results.json');
const TABLE_FILE = join(packageRoot, 'bench', 'RESULTS.md');

/** What was measured on this machine before; a figure of another one is left out. */
export function readResults(machine: Machine, say: (text: string) => void): Results {
  if (!existsSync(JSON_FILE)) return { machine, figures: [] };
  const kept = JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Results;
  if (JSON.stringify(kept.machine) === JSON.stringify(machine)) return kept;
  say(
    'The figures in bench/results.json are of another machine or other versions: they are dropped.',
  );
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
export function writeResults(results: Results, stages: readonly string[]): void {
  const place = ({ users, stage }: Measured) => users * stages.length + stages.indexOf(stage);
  const figures = results.figures.toSorted((one, other) => place(one) - place(other));
  const sorted = { ...results, figures };
  writeFileSync(JSON_FILE, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(TABLE_FILE, describeResults(sorted));
}
