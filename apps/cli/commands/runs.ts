import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { Calendar, type ReportRunView } from '#libs/contracts';
import { WithdrawalModule, WithdrawalService, runViews } from '#libs/reports';
import { Database } from '#libs/database';
import type { Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;
const RUN_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Lists report runs or withdraws one. */
export async function runs(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [WithdrawalModule], action);
}

type Action = (context: INestApplicationContext) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list': {
      const limit = limitOf(rest);
      return async (context) => {
        const found = await runViews(context.get(Database), context.get(Calendar), { limit });
        if (found.length === 0) print('There are no report runs yet.');
        for (const run of found) print(line(run));
      };
    }
    case 'withdraw': {
      const [id = '', ...more] = rest;
      if (!RUN_ID.test(id) || more.length > 0)
        throw new UsageError('runs withdraw needs the id of one run, as "runs list" shows it.');
      return async (context) => {
        const isThere = await context.get(WithdrawalService).withdraw(id);
        if (!isThere) throw new Error(`There is no run with the id ${id}.`);
        await recordCommand(context, { action: 'run.withdrawn', target: id.toLowerCase() });
        print(`The run ${id} is withdrawn: it is no longer served.`);
      };
    }
    default:
      throw new UsageError('runs needs one of list, withdraw.');
  }
}

function limitOf(args: string[]): number {
  const limit = Number(parsed(args).limit ?? DEFAULT_LIMIT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new UsageError(`--limit must be a whole number from 1 to ${MAX_LIMIT}.`);
}

function parsed(args: string[]): { limit?: string } {
  try {
    return parseArgs({ args, options: { limit: { type: 'string' } } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function line({ run_id: id, report_time, as_of, state, attempts, error }: ReportRunView): string {
  const moment = new Date(report_time * 1000).toISOString();
  const kind = as_of === null ? 'of its time' : 'end of day';
  const why = error === null ? [] : [error];
  return [id, moment, kind, state, `${attempts} attempts`, ...why].join('  ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
