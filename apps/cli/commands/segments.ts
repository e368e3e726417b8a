import { parseArgs } from 'node:util';
import { readWhere, segmentShapes, type NewSegment } from '#libs/contracts';
import { SavedSegments, SegmentsModule } from '#libs/segments';
import type { AuditRecord, Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

/** Lists, adds and removes saved segments. */
export async function segments(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [SegmentsModule], (context) =>
    action(context.get(SavedSegments), (entry) => recordCommand(context, entry)),
  );
}

type Action = (saved: SavedSegments, record: Recording) => Promise<void>;
type Recording = (entry: Pick<AuditRecord, 'action' | 'target' | 'details'>) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list':
      return list;
    case 'add': {
      const given = newSegment(rest);
      return async (saved, record) => {
        const { id, subject } = await saved.add(given);
        await record({ action: 'segment.created', target: id, details: { subject } });
        print(id);
      };
    }
    case 'remove': {
      const { data: id } = segmentShapes.segmentId.safeParse(rest[0]);
      if (id === undefined) throw new UsageError('Name the id of the segment to remove.');
      return async (saved, record) => {
        await saved.remove(id);
        await record({ action: 'segment.removed', target: id });
        print(`The segment ${id} is removed.`);
      };
    }
    default:
      throw new UsageError('segments needs one of list, add, remove.');
  }
}

async function list(saved: SavedSegments): Promise<void> {
  const all = await saved.list();
  if (all.length === 0) print('There are no segments yet.');
  for (const { id, name, subject, where } of all)
    print([id, subject, name, JSON.stringify(where)].join('  '));
}

function newSegment(args: string[]): NewSegment {
  const { where: text, ...given } = parsed(args);
  const where = readWhere(jsonOf(text));
  if ('problem' in where) {
    const place = where.at === undefined ? '' : ` (condition ${where.at + 1})`;
    throw new UsageError(`segments add needs --where JSON${place}: it ${where.problem}.`);
  }
  const checked = segmentShapes.newSegment.safeParse({ ...given, where: where.where });
  if (checked.success) return checked.data;
  const { path, message } = checked.error.issues[0]!;
  throw new UsageError(`segments add needs --${path.join('.')}: it ${message}.`);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

function parsed(args: string[]): { name?: string; subject?: string; where?: string } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { name: text, subject: text, where: text } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
