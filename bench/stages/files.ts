import { CopyRows, linesOf } from '../anchors/copy-rows.js';
import { cloneStore } from '../clone.js';
import { closing } from '../closing.js';
import { startService, KEY, type Service } from '../processes.js';
import { runOnce } from '../runs.js';
import { Samples } from '../samples.js';
import type { Stage } from '../stage.js';

const FILES = {
  'user champion as CSV': '/api/insights/v1/reports/user/champion/csv',
  'index of users as CSV': '/api/insights/v1/users/csv',
} as const;
const COPY = 'PostgreSQL alone: COPY of the joined rows of user champion';
const BOUNDS = { against: COPY, must: 0.2, aim: 0.4 };
const MEMORY = 'api while it writes CSV files, peak memory';
const LATEST = `
  select 'snapshots_run_' || id as table from report_runs
  where state = 'completed' order by id desc limit 1`;

/** Whole tables as CSV over HTTP, beside PostgreSQL's own COPY of the same joined rows. */
export const files: Stage = {
  name: 'files',
  run: (bench) =>
    closing(async (open) => {
      const clone = await open(cloneStore(bench, 'files'));
      bench.progress('a run');
      await closing(async (openFirst) =>
        runOnce(await openFirst(startService('all', clone.databaseUrl)), clone),
      );
      const [latest] = await clone.query<{ table: string }>(LATEST);
      const copy = await open(CopyRows.open(clone.databaseUrl, latest!.table));
      const api = await open(startService('api', clone.databaseUrl));
      const samples = new Samples();
      // The first round warms up both.
      for (let round = 0; round <= bench.repeats; round++) {
        bench.progress(`round ${round} of ${bench.repeats}`);
        samples.add(COPY, await copy.rate());
        for (const [what, path] of Object.entries(FILES))
          samples.add(what, await rateOf(api, path));
      }
      samples.dropWarmUp();
      samples.add(MEMORY, api.peakMb());
      return [
        ...Object.keys(FILES).map((what) => samples.figure(what, 'rows/s', 'higher', BOUNDS)),
        samples.figure(COPY, 'rows/s', 'higher'),
        samples.figure(MEMORY, 'MB', 'lower', { must: 400, aim: 256 }),
      ];
    }),
};

/** Reads a whole file, uncompressed as COPY is. @returns rows per second */
async function rateOf({ origin }: Service, path: string): Promise<number> {
  const startedAt = performance.now();
  const reply = await fetch(origin + path, {
    headers: { authorization: `Bearer ${KEY}`, 'accept-encoding': 'identity' },
  });
  if (!reply.ok || !reply.body) throw new Error(`${path} was answered with ${reply.status}.`);
  const rows = (await linesOf(reply.body)) - 1;
  return rows / ((performance.now() - startedAt) / 1000);
}
