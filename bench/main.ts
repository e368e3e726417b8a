import { mkdirSync } from 'node:fs';
import type { Measured, Results } from './measured.js';
import { openReference } from './load.js';
import { describeMachine } from './machine.js';
import { readOptions, sizeName, type Options } from './options.js';
import { say } from './progress.js';
import { growthRow, rows } from './report.js';
import { readResults, withFigures, writeResults } from './results.js';
import type { Bench, Stage } from './stage.js';
import { STAGES } from './stages/index.js';

const names = STAGES.map(({ name }) => name);
let failures = 0;

try {
  const options = readOptions(process.argv.slice(2), names);
  mkdirSync(options.out, { recursive: true });
  for (const users of options.users) await measure(users, options);
} catch (error) {
  say(explain(error));
  failures++;
}
process.exit(failures === 0 ? 0 : 1);

/** Measures every selected stage on the reference data of one size, and writes the results of each. */
async function measure(users: number, options: Options): Promise<void> {
  say(`${sizeName(users)}: opening the reference data`);
  const store = await openReference(users, options.fresh);
  try {
    let results = readResults(options.out, await describeMachine(store.url), say);
    const bench: Bench = {
      users,
      databaseUrl: store.url,
      folder: store.folder,
      repeats: options.repeats,
      progress: (text) => say(`  ${text}`),
    };
    for (const stage of STAGES.filter(({ name }) => options.only.includes(name))) {
      results = await measureStage(stage, bench, results);
      writeResults(options.out, results, names);
    }
    const growth = growthRow(results.figures);
    if (growth) say(`growth: ${growth.filter(Boolean).join(' | ')}`);
  } finally {
    await store.close();
  }
}

async function measureStage(stage: Stage, bench: Bench, results: Results): Promise<Results> {
  const { users, repeats } = bench;
  const place = { users, stage: stage.name };
  say(`${sizeName(users)}: ${stage.name}`);
  try {
    const figures = await stage.run(bench);
    const measuredAt = new Date().toISOString();
    const measured: Measured[] = figures.map((figure) => ({
      ...place,
      repeats,
      measuredAt,
      ...figure,
    }));
    for (const cells of rows(measured)) say(`  ${cells.filter(Boolean).join(' | ')}`);
    return withFigures(results, measured, place);
  } catch (error) {
    // An earlier figure would look like a figure of the current code.
    failures++;
    say(`  ${stage.name} failed, its figures are left out: ${explain(error)}`);
    return withFigures(results, [], place);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
