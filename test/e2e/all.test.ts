import { expect, jest, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { waitFor } from '../support/api.js';
import { cleanUpAfterEach } from '../support/cleanup.js';
import { isAlive, says } from '../support/processes.js';
import { NEVER, requestRun, runIs, userCreated } from '../support/runs.js';
import { startTestService, type TestService } from '../support/service.js';

jest.setTimeout(120_000);

const afterwards = cleanUpAfterEach();

async function start(): Promise<TestService> {
  const service = await startTestService({ REPORT_CRON: NEVER });
  afterwards(() => service.close());
  return service;
}

/** Waits for the worker process of a service that is not `another`. */
function workerOf({ child }: TestService, another?: number): Promise<number> {
  const parentOf = (pid: string) => {
    try {
      return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
    } catch {
      return undefined;
    }
  };
  return waitFor(() => {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const worker = pids.find((pid) => parentOf(pid) === child.pid && Number(pid) !== another);
    return worker === undefined ? undefined : Number(worker);
  });
}

function prioritiesOf(pid: number): Set<number> {
  return new Set(readdirSync(`/proc/${pid}/task`).map((thread) => os.getPriority(Number(thread))));
}

test('a killed worker is restarted and makes the requested report', async () => {
  const service = await start();
  await service.api.ingest([userCreated('ann')]);
  const first = await workerOf(service);
  process.kill(first, 'SIGKILL');
  const runId = await requestRun(service.api);
  await says(service, 'the worker process ended and will be started again');
  await workerOf(service, first);
  const run = await runIs(service.api, runId, 'completed', 60_000);
  expect(run).toMatchObject({ row_counts: { 'user/champion/30': 1 } });
});

test('a worker that keeps ending is restarted after longer and longer pauses', async () => {
  const service = await start();
  let worker = await workerOf(service);
  for (const wait of [1_000, 2_000]) {
    process.kill(worker, 'SIGKILL');
    await says(
      service,
      `"restartMs":${wait},"msg":"the worker process ended and will be started again"`,
    );
    worker = await workerOf(service, worker);
  }
});

test('all threads of the worker have a lower priority than those of the service', async () => {
  const service = await start();
  await says(service, '"msg":"started"');
  const worker = await workerOf(service);
  const ours = os.getPriority();
  const priorities = await waitFor(() => {
    const now = prioritiesOf(worker);
    return Math.min(...now) < 5 ? undefined : now;
  });
  expect([...priorities]).toEqual([Math.max(5, ours)]);
  expect([...prioritiesOf(service.child.pid!)]).toEqual([ours]);
});

test('the worker ends with its service, even when the service is killed', async () => {
  const service = await start();
  const worker = await workerOf(service);
  await service.kill();
  await waitFor(() => (isAlive(worker) ? undefined : true));
});

test('Ctrl-C in a terminal, which reaches both processes, ends both cleanly', async () => {
  const service = await start();
  await service.api.run();
  const worker = await workerOf(service);
  process.kill(worker, 'SIGINT');
  process.kill(service.child.pid!, 'SIGINT');
  await waitFor(() => (service.child.exitCode === null ? undefined : true));
  expect(service.child.exitCode).toBe(0);
  expect(isAlive(worker)).toBe(false);
});

test('the metrics of a service include those of its worker', async () => {
  const service = await start();
  await service.api.ingest([userCreated('ann')]);
  await service.api.run();
  const text = await (await fetch(`${service.origin}/metrics`)).text();
  expect(text).toContain('insightd_ingest_events_total{type="user.created",outcome="accepted"} 1');
  expect(text).toContain('insightd_report_runs_total{outcome="completed"} 1');
});
