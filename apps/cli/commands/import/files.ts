import { parseArgs } from 'node:util';
import { ExportsModule, StoreRestore } from '#libs/exports';
import { BulkLoad, ExclusionsService } from '#libs/facts';
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
  peekStoreHeader,
  type CsvKind,
  type EventWriter,
  type FileFormat,
  type ImportFile,
  type Progress,
} from '#libs/ingest';
import {
  MAX_STORE_LINE_BYTES,
  idSchema,
  readTime,
  sameZone,
  type StoreHeader,
  type StoreRecord,
} from '#libs/contracts';
import { Clock, Instance, SETTINGS, calendarOf, type Settings } from '#libs/platform';
import { Database } from '#libs/database';
import { ProgressBar } from '../../progress-bar.js';
import { recordCommand } from '../../audit.js';
import { inContext } from '../../context.js';
import { UsageError } from '../../usage.js';
import { STOPPED, stopSignal } from '../../stopping.js';
import { summary } from './summary.js';

const OPTIONS = {
  source: { type: 'string' },
  rejected: { type: 'string' },
  'as-of': { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

interface Wanted {
  name: 'ndjson' | 'csv';
  path: string;
  /** The file of the rejected lines. */
  rejected: string;
  isDryRun: boolean;
  /** The writer of the facts; its counts are for the summary. */
  writer: (load: BulkLoad) => FactWriter;
  /** Whether the file may be an exported store. */
  mayBeStore: boolean;
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
    ...{ name: 'ndjson', path },
    rejected: values.rejected ?? `${rejectedBase(path)}.rejected.ndjson`,
    isDryRun: values['dry-run'] === true,
    writer: (load) => new FactWriter(load, 'remembered'),
    mayBeStore: true,
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
    ...{ name: 'csv', path },
    rejected: values.rejected ?? `${rejectedBase(path)}.rejected.csv`,
    isDryRun: values['dry-run'] === true,
    writer: (load) => new FactWriter(load, 'content'),
    mayBeStore: false,
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
  const opened = await openFile(wanted.path);
  const { file, header } = wanted.mayBeStore
    ? await peekStoreHeader(opened)
    : { file: opened, header: undefined };
  if (header) expectZone(header, settings.REPORT_TIME_ZONE);
  const maxLineBytes = header && MAX_STORE_LINE_BYTES;
  const from = { file, signal, maxLineBytes };
  if (wanted.isDryRun) {
    const into = { writer: NO_WRITER };
    return finish(wanted, await read(wanted, settings, from, into, new Clock()), signal);
  }
  await inContext(
    settings,
    [IngestModule, ExportsModule],
    async (context) => {
      const ofStore = context.get<Settings>(SETTINGS);
      if (header) expectZone(header, ofStore.REPORT_TIME_ZONE);
      const statistics = context.get(IngestStatistics);
      const database = context.get(Database);
      const load = new BulkLoad(database, ofStore);
      const writer = wanted.writer(load);
      const restore = new StoreRestore({
        ...{ database, load, writer },
        exclusions: context.get(ExclusionsService),
        instance: context.get(Instance),
      });
      const into = {
        writer: counting(writer, statistics, IMPORTED_FILE),
        records: (records: readonly StoreRecord[]) => restore.take(records),
      };
      await recordCommand(context, { action: 'data.imported', details: { format: wanted.name } });
      const ended = await read(wanted, ofStore, from, into, context.get(Clock));
      statistics.record(IMPORTED_FILE, null, 'rejected', ended.rejected);
      statistics.recordDropped(IMPORTED_FILE, ended.dropped);
      finish(wanted, { ...ended, known: writer.known }, signal);
    },
    { isForFacts: true, newZone: header?.time_zone },
  );
}

/**
 * @param zone of this store; undefined when it is not known yet
 * @throws Error when an exported store has its days in another zone
 */
function expectZone({ time_zone: exported }: StoreHeader, zone: string | undefined): void {
  if (zone === undefined || sameZone(exported, zone)) return;
  throw new Error(
    `The exported store has its days in ${exported}, and this one in ${zone}: import into an empty database, with REPORT_TIME_ZONE ${exported} or not set.`,
  );
}

interface From {
  file: ImportFile;
  maxLineBytes: number | undefined;
  signal: AbortSignal;
}

interface Into {
  writer: EventWriter;
  records?: (records: readonly StoreRecord[]) => Promise<void>;
}

interface Ended extends Progress {
  known: number;
  seconds: number;
  rejectedFile: string | undefined;
  /** Why the file is not complete. */
  problem: string | undefined;
}

async function read(
  wanted: Wanted,
  settings: Settings,
  from: From,
  { writer, records }: Into,
  clock: Clock,
): Promise<Ended> {
  const { file } = from;
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
    const progress = await importFile({
      ...from,
      ...{ format, writer, records, rejected, onProgress },
    });
    const rejectedFile = await rejected.end();
    return { ...progress, known: 0, seconds: seconds(), rejectedFile, problem: format.problem };
  } finally {
    bar.end();
  }
}

function finish({ isDryRun }: Wanted, ended: Ended, signal: AbortSignal): void {
  process.stdout.write(summary(ended, { isDryRun, isStopped: signal.aborted }));
  if (ended.problem !== undefined && !signal.aborted) throw new Error(ended.problem);
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
