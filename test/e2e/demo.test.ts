import { expect, jest, test } from '@jest/globals';
import { RANKINGS } from '#libs/contracts';
import { demoHistory } from '#libs/ingest';
import { once } from 'node:events';
import { runningEmbedded } from '#libs/embedded-postgres';
import { Api, waitFor } from '../support/api.js';
import { cleanUpAfterEach } from '../support/cleanup.js';
import { ask, cloneDatabase, dropDatabase } from '../support/database.js';
import { makeDataFolder, type DataFolder } from '../support/folders.js';
import { holdTable } from '../support/hold.js';
import { nothingIsLeft } from '../support/processes.js';
import { startProcess, type TestProcess } from '../support/service.js';

jest.setTimeout(240_000);

const LOADED_WITHIN_MS = 120_000;
const READY_WITHIN_MS = 10_000;
const CHARTS = ['signups', 'orgs_created', 'active_users', 'active_orgs'];

const EVENTS_TAKEN = 'select count(*) from event_identities';
const SIGNUPS = 'select count(*) from users where created_at is not null';
const ACTIVE_DAYS = 'select sum(bit_count(bits)) as count from activity';
const RUNS_MADE = `select count(*) from report_runs where state = 'completed'`;
const INSTALLED_AT = `
  select (extract(epoch from installed_at) * 1000)::bigint as count from instance`;

const afterwards = cleanUpAfterEach();

async function startDemo(settings: Record<string, string>): Promise<TestProcess> {
  const demo = await startProcess('demo', { LOG_LEVEL: 'info', ...settings });
  afterwards(() => demo.stop());
  return demo;
}

interface Ready {
  api: Api;
  /** The suggested requests: the address and the headers of each curl line. */
  requests: { url: string; headers: Record<string, string> }[];
}

/** The end of the demo's output. */
async function ready({ output, child, log }: TestProcess, withinMs: number): Promise<Ready> {
  const text = await waitFor(() => {
    if (child.exitCode !== null) throw new Error(`the demo ended:\n${log.join('\n')}`);
    return output.at(-2) === 'Ctrl-C stops it.' ? output.join('\n') : undefined;
  }, withinMs);
  const origin = /^insightd is ready: +(http:\S+)/m.exec(text)![1]!;
  const key = /^API key: +(\S+)$/m.exec(text)![1]!;
  const curls = [...text.matchAll(/^ +curl -s -H '([\w-]+): ([^']+)' '([^']+)'$/gm)];
  const requests = curls.map(([, name, value, url]) => ({
    url: url!,
    headers: { [name!]: value! },
  }));
  return { api: new Api(origin, key), requests };
}

/** The length of each ranking, and the sum of each chart over a year. */
async function totalsOf(api: Api): Promise<Record<string, number>> {
  const { body } = await api.get<{ reports: Record<string, string | number>[] }>(
    '/api/backend/v1/reports',
  );
  const rankings = body.reports.map((entry) => {
    const name = [entry['subject'], entry['report'], entry['report_interval']].join('/');
    return [name, entry['total_count']];
  });
  const charts = CHARTS.map(async (name) => {
    const chart = await api.get<{ metrics: { result: number }[] }>(
      `/api/backend/v1/chart_metrics/${name}?cadence=Monthly`,
    );
    return [name, chart.body.metrics.reduce((sum, { result }) => sum + result, 0)];
  });
  return Object.fromEntries([...rankings, ...(await Promise.all(charts))]) as Record<
    string,
    number
  >;
}

async function newFolder(): Promise<DataFolder> {
  const folder = await makeDataFolder();
  afterwards(() => folder.remove());
  afterwards(() => nothingIsLeft(folder.places));
  return folder;
}

/** Waits until the demo's own store has data. */
async function someOf(folder: DataFolder, sql: string): Promise<void> {
  const url = (await runningEmbedded(folder.path))!;
  await waitFor(async () => ((await count(url, sql)) > 0 ? true : undefined));
}

async function count(databaseUrl: string, sql: string): Promise<number> {
  return Number((await ask<{ count: string }>(databaseUrl, sql))[0]!.count);
}

/** The expected counts of each kind in the history of a demo that was first started at the given moment. */
function expectedCounts(installedAt: number) {
  const events = [...demoHistory({ now: installedAt })];
  const identities = events.filter(({ type }) => type !== 'user.active').length;
  const signups = events.filter(({ type }) => type === 'user.created').length;
  const days = events
    .filter(({ type }) => type === 'user.active' || type === 'user.created')
    .map(
      ({ time, data }) =>
        `${(data['created_at'] as string) ?? time}`.slice(0, 10) + String(data['user_id']),
    );
  return { identities, signups, activeDays: new Set(days).size };
}

test('the demo prints an address, a key and working requests, and keeps its data over a restart', async () => {
  const folder = await newFolder();
  const otherStore = await cloneDatabase();
  afterwards(() => dropDatabase(otherStore));
  const settings = { INSIGHTD_DATA_DIR: folder.path, DATABASE_URL: otherStore };
  const demo = await startDemo(settings);
  const { api, requests } = await ready(demo, LOADED_WITHIN_MS);
  expect(requests).toHaveLength(2);
  const answers = requests.map(async ({ url, headers }) => (await fetch(url, { headers })).json());
  const [champions, signups] = await Promise.all(answers);
  expect(champions).toMatchObject({ user_reports: [{}, {}, {}] });
  const { metrics } = signups as { metrics: { result: number }[] };
  expect(metrics).toHaveLength(12);
  expect(metrics.filter(({ result }) => result > 0).length).toBeGreaterThan(6);

  const totals = await totalsOf(api);
  expect(Object.keys(totals)).toHaveLength(RANKINGS.length + CHARTS.length);
  expect(nothingOf(totals)).toEqual([]);
  expect(await count(otherStore, EVENTS_TAKEN)).toBe(0);
  expect(await demo.stop()).toBe(0);
  await nothingIsLeft(folder.places);

  const again = await startDemo(settings);
  const second = await ready(again, READY_WITHIN_MS);
  expect(await totalsOf(second.api)).toEqual(totals);
  expect(again.output.join('\n')).not.toContain('Loading');
});

test('a demo killed in the middle of its load, even after a scheduled run, continues at the next start', async () => {
  const folder = await newFolder();
  const settings = { INSIGHTD_DATA_DIR: folder.path };
  const demo = await startDemo({ ...settings, REPORT_CRON: '* * * * * *' });
  await someOf(folder, EVENTS_TAKEN);
  // The load waits; a run, which does not read identities, continues.
  const hold = await holdTable((await runningEmbedded(folder.path))!, 'event_identities');
  await hold.isWaitedFor();
  await someOf(folder, RUNS_MADE);
  await demo.kill();
  expect(demo.output.join('\n')).not.toContain('Making the first reports');

  const again = await startDemo(settings);
  const { api } = await ready(again, LOADED_WITHIN_MS);
  expect(nothingOf(await totalsOf(api))).toEqual([]);
  const url = (await runningEmbedded(folder.path))!;
  const expected = expectedCounts(await count(url, INSTALLED_AT));
  expect({
    identities: await count(url, EVENTS_TAKEN),
    signups: await count(url, SIGNUPS),
    activeDays: await count(url, ACTIVE_DAYS),
  }).toEqual(expected);
});

test('Ctrl-C in the middle of the load stops the demo without errors', async () => {
  const folder = await newFolder();
  const demo = await startDemo({ INSIGHTD_DATA_DIR: folder.path });
  await someOf(folder, EVENTS_TAKEN);
  const ended = once(demo.child, 'exit');
  demo.child.kill('SIGINT');
  await ended;
  expect(demo.child.exitCode).toBe(0);
  expect(demo.output.join('\n')).not.toContain('Making the first reports');
  expect(
    demo.log.filter(
      (line) => !/"msg":"(started|stopping|the indexes of the search were created)"/.test(line),
    ),
  ).toEqual([]);
});

function nothingOf(totals: Record<string, number>): string[] {
  return Object.keys(totals).filter((name) => !(totals[name]! > 0));
}
