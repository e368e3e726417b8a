import { afterAll, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ending } from '../support/processes.js';

jest.setTimeout(300_000);

const out = mkdtempSync(join(tmpdir(), 'insightd-bench-'));
afterAll(() => rmSync(out, { recursive: true }));

test('rankings and charts of a thousand users loaded in bulk equal those of DuckDB', async () => {
  const stages = ['--only', 'runs,charts,engagement'];
  const options = ['--users', '1k', '--repeats', '1', '--fresh', '--out', out];
  const { PATH, HOME, TMPDIR } = process.env;
  const bench = spawn(process.execPath, ['dist/bench/main.js', ...stages, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, TMPDIR },
  });
  const { code, stderr } = await ending(bench);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain('all rankings agree');
  expect(stderr).toContain('all charts agree');
  expect(stderr).toContain('all engagement charts agree');
  // Results that disagree are not reported.
  const table = readFileSync(join(out, 'RESULTS.md'), 'utf8');
  expect(table).toContain('| 22 rankings from facts, written durably |');
  expect(table).toContain('| 8 user and org charts over a year |');
});
