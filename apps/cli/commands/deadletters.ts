import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { AuditAction, AuditDetails, DeadLetterView } from '#libs/contracts';
import { DeadLettersService, IngestModule, ReplayService } from '#libs/ingest';
import type { Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** Lists, shows, replays and exports rejected events. */
export async function deadLetters(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [IngestModule], (context) =>
    action(context.get(DeadLettersService), context.get(ReplayService), (action, details) =>
      recordCommand(context, { action, details }),
    ),
  );
}

type Action = (
  letters: DeadLettersService,
  replays: ReplayService,
  record: (action: AuditAction, details: AuditDetails) => Promise<void>,
) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list':
      return listing(rest);
    case 'show': {
      const [id] = letterIds(rest);
      if (id === undefined) throw new UsageError('Name the id of the dead letter to show.');
      return (letters) => show(letters, id);
    }
    case 'replay':
      return replaying(rest);
    case 'export': {
      const { file } = parsed(rest, { file: { type: 'string' } }).values;
      return async (letters, _replays, record) => {
        await record('dead_letters.exported', {});
        await write(letters, file as string | undefined);
      };
    }
    default:
      throw new UsageError('deadletters needs one of list, show, replay, export.');
  }
}

function listing(args: string[]): Action {
  const { values } = parsed(args, { sender: { type: 'string' }, limit: { type: 'string' } });
  const limit = Number(values['limit'] ?? DEFAULT_LIMIT);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
    throw new UsageError(`--limit must be a whole number from 1 to ${MAX_LIMIT}.`);
  }
  const sender = values['sender'] as string | undefined;
  return async (letters) => {
    let count = 0;
    for await (const letter of letters.latest(limit, { sender })) {
      print(line(letter));
      count++;
    }
    if (count === 0) print('There are no dead letters.');
  };
}

async function show(letters: DeadLettersService, id: bigint): Promise<void> {
  const letter = await letters.find(id);
  if (!letter) throw new Error(`There is no dead letter with the id ${id}.`);
  print(JSON.stringify(letter, undefined, 2));
}

function replaying(args: string[]): Action {
  const { values, positionals } = parsed(args, { all: { type: 'boolean' } });
  const ids = letterIds(positionals);
  if ((values['all'] === true) === ids.length > 0) {
    throw new UsageError('deadletters replay needs the ids of some, or --all.');
  }
  return async (_letters, replays, record) => {
    const total = { accepted: 0, rejected: 0 };
    await replays.replayAll({ ids: ids.length > 0 ? ids : undefined }, (part) => {
      total.accepted += part.accepted;
      total.rejected += part.rejected.length;
    });
    await record('dead_letters.replayed', total);
    print(`${total.accepted} accepted, ${total.rejected} rejected again`);
  };
}

async function write(letters: DeadLettersService, file: string | undefined): Promise<void> {
  const lines = Readable.from(letters.export());
  if (file === undefined) await pipeline(lines, process.stdout, { end: false });
  // Raw bodies may contain personal data: only the owner can read the file.
  else await pipeline(lines, createWriteStream(file, { mode: 0o600 }));
}

function letterIds(words: string[]): bigint[] {
  const wrong = words.find((word) => !/^\d{1,18}$/.test(word));
  if (wrong !== undefined) throw new UsageError(`${wrong} is not the id of a dead letter.`);
  return words.map(BigInt);
}

/** A letter on one line: time, sender, type and errors. */
function line({ id, last_at, sender_kind, sender, type, attempts, errors }: DeadLetterView) {
  const reasons = Object.entries(errors).map(
    ([field, messages]) => `${field}: ${messages.join(', ')}`,
  );
  const at = new Date(last_at * 1000).toISOString();
  const from = sender === sender_kind ? sender : `${sender_kind} ${sender}`;
  return [id, at, from, type ?? 'unknown', `sent ${attempts}×`, reasons.join('; ')].join('  ');
}

function parsed(args: string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args, options, allowPositionals: 'all' in options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
