import { parseArgs } from 'node:util';
import {
  IngestModule,
  IngestStatistics,
  NdjsonFormat,
  RejectedFile,
  importPropelAuth,
  type PropelAuthProgress,
} from '#libs/ingest';
import { Database } from '#libs/database';
import { Clock, SETTINGS, SettingsError, type Settings } from '#libs/platform';
import { ProgressBar } from '../../progress-bar.js';
import { recordCommand } from '../../audit.js';
import { inContext } from '../../context.js';
import { UsageError } from '../../usage.js';
import { STOPPED, stopSignal } from '../../stopping.js';
import { count, droppedTraits, table } from './summary.js';

const NOT_IMPORTED = `
PropelAuth's API does not provide
- when members joined: they count as members from an unknown start, and as no addition
- members who left or were removed before today, and deleted users and orgs
- invites that were accepted, revoked or expired: only open ones
- activity by day: only when each user was last active
Webhooks report all of this from now on. Import data from other sources with import csv.
`;

const EARLIER = `The import from PropelAuth is not complete`;

/** Imports users, orgs, members and open invites from PropelAuth's API. */
export async function importFromPropelAuth(args: string[], settings: Settings): Promise<void> {
  const options = parsed(args);
  const { PROPELAUTH_API_KEY: apiKey, PROPELAUTH_AUTH_URL: authUrl } = settings;
  if (apiKey === undefined || authUrl === undefined) {
    throw new SettingsError(
      'PROPELAUTH_AUTH_URL and PROPELAUTH_API_KEY must be set for this import.',
    );
  }
  const signal = stopSignal();
  await inContext(
    settings,
    [IngestModule],
    async (context) => {
      await recordCommand(context, { action: 'data.imported', details: { format: 'propelauth' } });
      await run({
        database: context.get(Database),
        settings: context.get<Settings>(SETTINGS),
        ledger: context.get(IngestStatistics),
        clock: context.get(Clock),
        ...{ authUrl, apiKey, signal },
        ...options,
      });
    },
    { isForFacts: true },
  );
}

interface Wanted {
  database: Database;
  settings: Settings;
  ledger: IngestStatistics;
  clock: Clock;
  authUrl: string;
  apiKey: string;
  fromStart: boolean;
  rejected: string;
  signal: AbortSignal;
}

async function run({ rejected: path, ...wanted }: Wanted): Promise<void> {
  const now = wanted.clock.now();
  const context = { now, receivedAt: now, defaultSource: 'propelauth' };
  const rejected = new RejectedFile(path, new NdjsonFormat(context));
  const bar = new ProgressBar();
  let last: PropelAuthProgress | undefined;
  const wholeImport = importPropelAuth({
    ...wanted,
    onStart: ({ stage, page }) => {
      if (stage === 'users' && page === 0) return;
      process.stdout.write(`Continuing an earlier import: ${stage}, page ${page + 1}.\n`);
    },
    onPage: (progress, { what, total }) => {
      last = progress;
      const text = `${count(progress.users)} users, ${count(progress.orgs)} orgs, ${count(progress.members)} members`;
      bar.show(what === 'users' ? progress.users / total : undefined, text);
    },
    onRejected: (lines) => rejected.add(lines),
  });
  try {
    await wholeImport;
  } catch (cause) {
    // Aborting the signal ends a wait for the next attempt with an error.
    if (!wanted.signal.aborted) {
      throw new Error(`${EARLIER}: run it again to continue.`, { cause });
    }
  } finally {
    bar.end();
    const file = await rejected.end();
    if (last) process.stdout.write(summary(last, file));
  }
  if (wanted.signal.aborted) {
    process.stdout.write('Stopped before the end. Run it again to continue.\n');
    process.exitCode = STOPPED;
  } else process.stdout.write(NOT_IMPORTED);
}

function summary(progress: PropelAuthProgress, rejectedFile: string | undefined): string {
  const { invitesWithoutInviter: unusable, rejected, dropped } = progress;
  return table([
    ['users', count(progress.users)],
    ['orgs', count(progress.orgs)],
    ['members', count(progress.members)],
    ['open invites', count(progress.invites)],
    ...(unusable > 0 ? [['of unknown inviters', `${count(unusable)}, left out`] as const] : []),
    ['rejected', rejectedFile ? `${count(rejected)}, see ${rejectedFile}` : count(rejected)],
    ...droppedTraits(dropped),
  ]);
}

function parsed(args: string[]): { fromStart: boolean; rejected: string } {
  try {
    const { values } = parseArgs({
      args,
      options: { 'from-start': { type: 'boolean' }, rejected: { type: 'string' } },
    });
    return {
      fromStart: values['from-start'] === true,
      rejected: values.rejected ?? 'propelauth.rejected.ndjson',
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
