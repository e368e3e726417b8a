import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { OrgActivityService, chartsAreCurrent } from '#libs/charts';
import { Calendar, DAY_MS, type NewSegment, type NewSubscription } from '#libs/contracts';
import { ActivityFold } from '#libs/facts';
import {
  DEMO_TRAITS,
  IngestService,
  Sources,
  checkSecrets,
  demoHistory,
  type DemoEvent,
} from '#libs/ingest';
import { RunsService } from '#libs/reports';
import { SavedSegments } from '#libs/segments';
import { Subscriptions } from '#libs/subscriptions';
import { Clock, Instance, SessionsService, type Settings } from '#libs/platform';
import { Database } from '#libs/database';
import { ProgressBar } from '../progress-bar.js';
import { browserAddress, signInAddress } from '../sign-in-address.js';
import { openStore } from '../store.js';
import { start } from './run.js';

const DEMO_FOLDER = '.demo';
const LOADED_FILE = 'demo.loaded';
const BATCH = 5_000;
const LOOK_MS = 100;
/** Past days with reports of their own, in days before today, the oldest first. */
const PAST_DAYS = [91, 60, 30, 21, 14, 7, 6, 5, 4, 3, 2, 1];

/** Saved segments, to begin with. */
const SEGMENTS: NewSegment[] = [
  { name: 'Paying organizations', subject: 'org', where: [['trait.plan', 'is_not', 'free']] },
  { name: 'On trial', subject: 'org', where: [['trait.trial', 'is', true]] },
  {
    name: 'Owners of large organizations',
    subject: 'user',
    where: [
      ['role', 'is', 'Owner'],
      ['org.seats', 'gte', 20],
    ],
  },
];

/** Subscriptions, to begin with. They are paused: the demo sends nothing to anyone. */
const SUBSCRIPTIONS: NewSubscription[] = [
  {
    ...{ name: 'Who went quiet, each Monday', report: 'org/churn', interval: '30' },
    ...{ where: [['trait.plan', 'is_not', 'free']], change: 'entered', paused: true },
    schedule: { weekly: 'monday', at: '09:00' },
    target: { kind: 'slack', url: 'https://hooks.slack.example/services/customer-success' },
  },
  {
    ...{ name: 'Lost champions, to the CRM', report: 'org/champion_lost', interval: '30' },
    ...{ change: 'both', paused: true, schedule: { every: 'run' } },
    target: { kind: 'webhook', url: 'https://crm.example.com/hooks/insightd' },
  },
];

/**
 * Serves a separate store with the history of a demo company, which is sent as ordinary events.
 * A start that finds the history continues with it.
 */
export async function demo(given: Settings): Promise<void> {
  checkSecrets(await Sources.load(), given);
  const key = given.INSIGHTD_API_KEY ?? `demo_${randomBytes(24).toString('base64url')}`;
  const quiet = process.env['LOG_LEVEL'] ? given.LOG_LEVEL : 'warn';
  const folder = process.env['INSIGHTD_DATA_DIR'] ? given.INSIGHTD_DATA_DIR : DEMO_FOLDER;
  say('Starting PostgreSQL and the service …');
  const settings = {
    ...given,
    // Never the store of the environment: the history is invented.
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
    INSIGHTD_API_KEY: key,
    LOG_LEVEL: quiet,
    USER_TRAITS: [...new Set([...DEMO_TRAITS.USER_TRAITS, ...given.USER_TRAITS])],
    ORG_TRAITS: [...new Set([...DEMO_TRAITS.ORG_TRAITS, ...given.ORG_TRAITS])],
    INSIGHTD_DATA_DIR: folder,
  };
  const store = await openStore(settings, { isForFacts: true });
  const app = await start('all', store);
  // A report alone does not prove that the history is complete: the schedule may have made one of half of it.
  const loaded = join(folder, LOADED_FILE);
  if (existsSync(loaded)) {
    say(`The demo company of an earlier start is used (delete ${folder} for a new one).`);
  } else {
    await load(app);
    await writeFile(loaded, '');
  }
  const code = await app.get(SessionsService).offerCode(key, app.get(Clock).now());
  say(ending(browserAddress(await app.getUrl(), given.PUBLIC_URL), key, code));
}

async function load(app: INestApplicationContext): Promise<void> {
  const now = app.get(Clock).now();
  // Dated by the first start, so that an interrupted start continues with the same events.
  const events = [...demoHistory({ now: Math.min(now, await app.get(Instance).installedAt()) })];
  const ingest = app.get(IngestService);
  say(`Loading the history of a demo company: ${events.length.toLocaleString('en')} events`);
  const bar = new ProgressBar();
  for (let done = 0; done < events.length; done += BATCH) {
    bar.show(done / events.length, `${done.toLocaleString('en')} events`);
    await take(ingest, events.slice(done, done + BATCH));
  }
  bar.end();
  say('Making the first reports and charts …');
  await firstRuns(app.get(RunsService), app.get(Calendar).dayOf(now));
  await firstCharts(app);
  await saveExamples(app);
}

/** Saves segments and subscriptions, unless an interrupted start has saved them. */
async function saveExamples(app: INestApplicationContext): Promise<void> {
  const segments = app.get(SavedSegments);
  if ((await segments.list()).length === 0)
    for (const segment of SEGMENTS) await segments.add(segment);
  const subscriptions = app.get(Subscriptions);
  if ((await subscriptions.list(true)).length === 0)
    for (const subscription of SUBSCRIPTIONS) await subscriptions.add(subscription);
}

/** Derives chart data at once: after so much history the worker would first pause. */
async function firstCharts(app: INestApplicationContext): Promise<void> {
  const orgActivity = await app.get(ModuleRef).create(OrgActivityService);
  await app.get(ActivityFold).fold();
  await until(async () => {
    await orgActivity.refresh();
    return chartsAreCurrent(app.get(Database).pool);
  });
}

async function take(ingest: IngestService, events: DemoEvent[]): Promise<void> {
  const { rejected } = await ingest.take(
    events.map((value) => ({ value })),
    { kind: 'demo', name: 'demo' },
  );
  if (rejected.length > 0)
    throw new Error(`The demo history has an invalid event: ${JSON.stringify(rejected[0])}`);
}

/** Makes a report of now, and reports of past days to compare it with. */
async function firstRuns(runs: RunsService, today: number): Promise<void> {
  for (const ago of PAST_DAYS) await ended(runs, await runs.requestDay(today - ago * DAY_MS));
  await ended(runs, await runs.requestNow());
}

async function ended(runs: RunsService, runId: string): Promise<void> {
  await until(async () => {
    const { state, error } = await runs.progress(runId);
    if (state === 'failed')
      throw new Error(`The first reports could not be made: ${error ?? 'no reason given'}`);
    return state === 'completed';
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(LOOK_MS);
}

function ending(base: string, key: string, code: string): string {
  const curl = (path: string) => `  curl -s -H 'Authorization: Bearer ${key}' '${base}${path}'`;
  return [
    '',
    `insightd is ready:  ${base}   (the API, to browse: ${base}/docs)`,
    `API key:            ${key}`,
    `The dashboard:      ${signInAddress(base, code)}`,
    '                    signs you in once, within 15 minutes; later sign in with the key',
    '',
    'The champions of the last 30 days, and the signups of the last 12 months:',
    '',
    curl('/api/backend/v1/user_report/champion?report_interval=30&page_size=3'),
    curl('/api/backend/v1/chart_metrics/signups?cadence=Monthly'),
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
