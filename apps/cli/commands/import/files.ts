import { parseArgs } from 'node:util';
import { BulkLoad } from '#libs/facts';
import {
  CSV_KINDS,
  CsvFormat,
  FactWriter,
  IMPORTED_FILE,
  IngestModule,
  IngestStatistics,
  NdjsonFormat,
  RejectedFile,
  STANDARD_INPUT,
  counting,
  foreignTraits,
  importFile,
  nativeTraits,
  openFile,
  type CsvKind,
  type EventWriter,
  type FileFormat,
  type Progress,
} from '#libs/ingest';
import { idSchema, readTime } from '#libs/contracts';
import { Clock, SETTINGS, calendarOf, type Settings } from '#libs/platform';
import { Database } from '#libs/database';
import { ProgressBar } from '../../progress-bar.js';
import { inContext } from '../../context.js';
import { UsageError } from '../../usage.js';
import { STOPPED, stopSignal } from './stopping.js';
import { summary } from './summary.js';

const OPTIONS = {
  source: { type: 'string' },
  rejected: { type: 'string' },
  'as-of': { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

interface Wanted {
  path: string;
  /** The file of the rejected lines. */
  rejected: string;
  isDryRun: boolean;
  /** The writer of the facts; its counts are for the summary. */
  writer: (database: Database, settings: Settings) => FactWriter;
  /** @param writtenAt modification time of the file, milliseconds since 1970 */
  format: (now: number, writtenAt: number, settings: Settings) => FileFormat;
}

/** Imports native events, one per line. */
export async function importNdjson(args: string[], settings: Settings): Promise<void> {
  const { values, positionals } = parsed(args);
  if (values['as-of'] !== undefined)
    throw new UsageError('--as-of is for csv: events carry their own time.');
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0)
    throw new UsageError('import ndjson needs one file.');
  const defaultSource = readSource(values.source, 'import');
  await run(settings, {
    path,
    rejected: values.rejected ?? `${rejectedBase(path)}.rejected.ndjson`,
    isDryRun: values['dry-run'] === true,
    writer: (database, ofStore) => new FactWriter(new BulkLoad(database, ofStore), 'remembered'),
    format: (now, writtenAt) => {
      const traits = nativeTraits(settings);
      return new NdjsonFormat({ now, receivedAt: writtenAt, defaultSource, traits });
    },
  });
}

/** Imports users, orgs, memberships, activity or invites, one per row. */
export async function importCsv(args: string[], settings: Settings): Promise<void> {
  const { values, positionals } = parsed(args);
  const [path, ...kinds] = [...positionals].reverse();
  const [kind] = kinds;
  if (path === undefined || kinds.length > 1 || (kind !== undefined && !isKind(kind))) {
    throw new UsageError(`import csv needs one of ${CSV_KINDS.join(', ')}, then one file.`);
  }
  const given = values['as-of'];
  const defaultSource = readSource(values.source, 'csv');
  const asOf = given === undefined ? undefined : readAsOf(given);
  await run(settings, {
    path,
    rejected: values.rejected ?? `${rejectedBase(path)}.rejected.csv`,
    isDryRun: values['dry-run'] === true,
    writer: (database, ofStore) => new FactWriter(new BulkLoad(database, ofStore), 'content'),
    format: (now, writtenAt, ofStore) => {
      const receivedAt = asOf ?? writtenAt;
      const traits = foreignTraits(settings);
      const context = { now, receivedAt, defaultSource, traits };
      return new CsvFormat(context, calendarOf(ofStore), kind);
    },
  });
}

async function run(settings: Settings, wanted: Wanted): Promise<void> {
  if (wanted.rejected === wanted.path) {
    throw new UsageError('--rejected must not name the file that is imported.');
  }
  const signal = stopSignal();
  if (wanted.isDryRun)
    return finish(wanted, await read(wanted, settings, NO_WRITER, new Clock(), signal), signal);
  await inContext(
    settings,
    [IngestModule],
    async (context) => {
      const ofStore = context.get<Settings>(SETTINGS);
      const statistics = context.get(IngestStatistics);
      const writer = wanted.writer(context.get(Database), ofStore);
      const into = counting(writer, statistics, IMPORTED_FILE);
      const ended = await read(wanted, ofStore, into, context.get(Clock), signal);
      statistics.record(IMPORTED_FILE, null, 'rejected', ended.rejected);
      statistics.recordDropped(IMPORTED_FILE, ended.dropped);
      finish(wanted, { ...ended, known: writer.known }, signal);
    },
    { isForFacts: true },
  );
}

interface Ended extends Progress {
  known: number;
  seconds: number;
  rejectedFile: string | undefined;
}

async function read(
  wanted: Wanted,
  settings: Settings,
  writer: EventWriter,
  clock: Clock,
  signal: AbortSignal,
): Promise<Ended> {
  const file = await openFile(wanted.path);
  const now = clock.now();
  const format = wanted.format(now, Math.min(now, file.writtenAt ?? now), settings);
  const rejected = new RejectedFile(wanted.rejected, format);
  const bar = new ProgressBar();
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const onProgress = ({ events, rejected: count }: Progress) => {
    const share = file.size ? file.read() / file.size : undefined;
    const speed = Math.round(events / seconds()).toLocaleString('en');
    bar.show(share, `${events.toLocaleString('en')} events, ${speed}/s, ${count} lines rejected`);
  };
  try {
    const progress = await importFile({ file, format, writer, rejected, onProgress, signal });
    return { ...progress, known: 0, seconds: seconds(), rejectedFile: await rejected.end() };
  } finally {
    bar.end();
  }
}

function finish({ isDryRun }: Wanted, ended: Ended, signal: AbortSignal): void {
  process.stdout.write(summary(ended, { isDryRun, isStopped: signal.aborted }));
  if (signal.aborted) process.exitCode = STOPPED;
  else if (ended.events === 0 && ended.rejected > 0) process.exitCode = 1;
}

const NO_WRITER: EventWriter = {
  write: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readAsOf(text: string): number {
  const read = readTime(text);
  if ('problem' in read) throw new UsageError(`--as-of ${read.problem}.`);
  return read.ms;
}

/** @throws UsageError when the name cannot be the source of events */
function readSource(text: string | undefined, otherwise: string): string {
  if (text === undefined) return otherwise;
  const { error } = idSchema.safeParse(text);
  if (error) throw new UsageError(`--source ${error.issues[0]!.message}.`);
  return text;
}

function isKind(word: string): word is CsvKind {
  return CSV_KINDS.some((kind) => kind === word);
}

function rejectedBase(path: string): string {
  return path === STANDARD_INPUT ? 'import' : path;
}
