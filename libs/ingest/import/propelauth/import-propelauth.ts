import { setTimeout as delay } from 'node:timers/promises';
import {
  addDropped,
  checkEvent,
  type DroppedTraits,
  type NativeEvent,
  type Sender,
  type TraitRules,
} from '#libs/contracts';
import { BulkLoad } from '#libs/facts';
import type { Clock, Settings } from '#libs/platform';
import type { Database } from '#libs/database';
import type { IngestStatistics } from '../../statistics/ingest-statistics.service.js';
import { SOURCE } from '../../sources/propelauth/backfill.js';
import { foreignTraits } from '../../pipeline/trait-rules.js';
import { recordAccepted } from '../counting.js';
import type { RejectedLine } from '../file-format.js';
import {
  BEGINNING,
  dropCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from './checkpoint.store.js';
import { backfillPages, type BackfillPage } from './pages.js';
import { Patience, watchRetryAfter, type Failure } from './patience.js';

const SENDER: Sender = { kind: 'import', name: SOURCE };

/** The progress of an import from PropelAuth. */
export interface PropelAuthProgress {
  users: number;
  orgs: number;
  members: number;
  invites: number;
  /** Invites without an inviter, which are not imported. */
  invitesWithoutInviter: number;
  rejected: number;
  /** Properties and metadata that are not kept as traits. */
  dropped: DroppedTraits;
}

export interface PropelAuthImport {
  database: Database;
  settings: Pick<Settings, 'INVITEE_HASH_KEY' | 'REPORT_TIME_ZONE' | 'USER_TRAITS' | 'ORG_TRAITS'>;
  clock: Clock;
  ledger: IngestStatistics;
  /** The auth URL, and the API key of a backend integration. */
  authUrl: string;
  apiKey: string;
  /** Ignores the checkpoint of an incomplete import. */
  fromStart: boolean;
  signal: AbortSignal;
  onStart: (from: Checkpoint) => void;
  /** Called after each page. */
  onPage: (progress: PropelAuthProgress, page: BackfillPage) => void;
  onRejected: (rejected: readonly RejectedLine[]) => Promise<void>;
}

/**
 * Imports all data from PropelAuth's API. Each page is committed before its checkpoint, and
 * repeating a page changes nothing, so an interrupted import can be resumed.
 * @throws Error when the API refuses the key or keeps failing
 */
export async function importPropelAuth(wanted: PropelAuthImport): Promise<PropelAuthProgress> {
  const { database, ledger, signal } = wanted;
  const { pool } = database;
  const name = `${SOURCE} ${new URL(wanted.authUrl).host}`;
  const from = (wanted.fromStart ? undefined : await loadCheckpoint(pool, name)) ?? BEGINNING;
  wanted.onStart(from);
  const progress = {
    users: 0,
    orgs: 0,
    members: 0,
    invites: 0,
    invitesWithoutInviter: 0,
    rejected: 0,
    dropped: {},
  };
  const into = new BulkLoad(database, wanted.settings);
  const traits = foreignTraits(wanted.settings);
  for await (const page of await pagesOf(wanted, from)) {
    const { events, rejected, dropped } = checked(page, wanted.clock.now(), traits);
    await into.events(events);
    recordAccepted(ledger, events, SENDER);
    ledger.record(SENDER, null, 'rejected', rejected.length);
    ledger.recordDropped(SENDER, dropped);
    await wanted.onRejected(rejected);
    if (page.next) await saveCheckpoint(pool, name, page.next);
    else await dropCheckpoint(pool, name);
    progress[page.what] += page.count;
    if (page.what === 'invites') progress.invitesWithoutInviter += page.count - page.events.length;
    progress.rejected += rejected.length;
    addDropped(progress.dropped, dropped);
    wanted.onPage(progress, page);
    if (signal.aborted) break;
  }
  return progress;
}

async function pagesOf({ authUrl, apiKey, clock, signal }: PropelAuthImport, from: Checkpoint) {
  const { getApis, RateLimitedException } = await import('@propelauth/node-apis');
  const now = () => clock.now();
  const judge = (error: unknown): Failure => {
    if (signal.aborted) return 'final';
    return error instanceof RateLimitedException ? 'busy' : failureOf(error);
  };
  const wait = (ms: number) => delay(ms, undefined, { signal });
  const patience = new Patience(judge, watchRetryAfter(now), wait);
  const api = getApis(new URL(authUrl), apiKey);
  return backfillPages(api, (question) => patience.ask(question), now, from);
}

/**
 * Permanent refusals, which the client identifies only by text. All other failures may be
 * temporary.
 */
const FINAL = /^(?:integrationApiKey is incorrect|Invalid query|Cannot use organizations)/;

function failureOf(error: unknown): Failure {
  return error instanceof Error && FINAL.test(error.message) ? 'final' : 'unwell';
}

function checked(page: BackfillPage, now: number, traits: TraitRules) {
  const context = { now, receivedAt: now, defaultSource: SOURCE, traits };
  const dropped: DroppedTraits = {};
  const events: NativeEvent[] = [];
  const rejected: RejectedLine[] = [];
  for (const [index, value] of page.events.entries()) {
    const result = checkEvent(value, context);
    if ('event' in result) {
      events.push(result.event);
      addDropped(dropped, result.dropped);
    } else {
      rejected.push({ number: index + 1, text: JSON.stringify(value), errors: result.errors });
    }
  }
  return { events, rejected, dropped };
}
