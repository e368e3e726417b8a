import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { Calendar, parseDay, type Backtest } from '#libs/contracts';
import {
  Backtesting,
  MIN_CHURNED,
  WEIGHT_ORDER,
  type Fit,
  type HealthWeights,
} from '#libs/reports';
import { Database } from '#libs/database';
import { Clock, type Settings } from '#libs/platform';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

const DEFAULT_DAYS = 6;
const [MIN_DAYS, MAX_DAYS] = [2, 24];
const HELP = 'see "insightd help"';

/** Prints how well the health of a past day predicted churn, or proposes weights. Changes nothing. */
export async function backtest(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [], async (context) => {
    const backtesting = new Backtesting(
      ...([context.get(Database), context.get(Calendar), settings] as const),
    );
    await action(backtesting, todayOf(context));
  });
}

type Action = (backtesting: Backtesting, today: number) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf(args: string[]): Action {
  const { fit, days: count, json, 'as-of': asOf } = parsed(args);
  const print = (value: unknown, text: () => string) =>
    void process.stdout.write(`${json ? JSON.stringify(value) : text()}\n`);
  if (fit) {
    if (asOf !== undefined)
      throw new UsageError(`backtest takes --fit or --as-of, not both: ${HELP}.`);
    const days = daysOf(count);
    return async (backtesting, today) => {
      const found = await backtesting.fit(today, days);
      print(found, () => fitText(found));
    };
  }
  if (count !== undefined) throw new UsageError('backtest takes --days only with --fit.');
  const day = asOf === undefined ? undefined : parseDay(asOf);
  if (asOf !== undefined && day === undefined)
    throw new UsageError('--as-of must be a day such as 2026-01-31.');
  return async (backtesting, today) => {
    const found = await backtesting.of(today, day);
    print(found, () => backtestText(found));
  };
}

function todayOf(context: INestApplicationContext): number {
  return context.get(Calendar).dayOf(context.get(Clock).now());
}

function daysOf(count: string | undefined): number {
  const days = Number(count ?? DEFAULT_DAYS);
  if (Number.isInteger(days) && days >= MIN_DAYS && days <= MAX_DAYS) return days;
  throw new UsageError(`--days must be a whole number from ${MIN_DAYS} to ${MAX_DAYS}.`);
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { 'as-of': text, fit: flag, days: text, json: flag };
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A backtest as text. */
function backtestText({ as_of, orgs, churned, auc }: Backtest): string {
  const line = (name: string, value: number | null, note = '') =>
    `${name.padEnd(11)}${aucText(value)}${note}`;
  return [
    `Health as of ${as_of}: ${orgs} active organizations, ${churned} of them churned,`,
    'that is, were not active in the 30 days after it.',
    '',
    'AUC: the probability that a churned organization had the lower value.',
    line('score', auc.score),
    ...WEIGHT_ORDER.map((part) => line(part, auc[part], part === 'recency' ? '  baseline' : '')),
  ].join('\n');
}

/** A proposal as text. */
function fitText({ inSample, outOfSample, current, best }: Fit): string {
  const sample = (name: string, { days, orgs, churned }: Fit['inSample']) =>
    `${name.padEnd(15)}${orgs} organizations, ${churned} churned: ${days.join(', ')}`;
  const line = (name: string, { weights, auc }: Fit['current']) =>
    `${name.padEnd(10)}${weightsText(weights).padEnd(15)}${aucText(auc.inSample)}${aucText(auc.outOfSample)}`;
  return [
    sample('In sample', inSample),
    sample('Out of sample', outOfSample),
    '',
    `${''.padEnd(25)}${'in sample'.padStart(15)}${'out of sample'.padStart(15)}`,
    line('current', current),
    ...(best ? [line('proposed', best)] : []),
    '',
    conclusion(current, best),
  ].join('\n');
}

function conclusion(current: Fit['current'], best: Fit['best']): string {
  if (!best) {
    return `Too few organizations churned to propose weights: at least ${MIN_CHURNED} must have churned in sample, and as many out of sample.`;
  }
  if ((best.auc.outOfSample ?? 0) <= (current.auc.outOfSample ?? 0)) {
    return 'The proposed weights are not better out of sample: keep the current ones. Nothing was changed.';
  }
  return `Nothing was changed. To use the proposed weights, set HEALTH_WEIGHTS=${weightsText(best.weights)}.`;
}

function weightsText(weights: HealthWeights): string {
  return WEIGHT_ORDER.map((part) => weights[part]).join(',');
}

function aucText(value: number | null): string {
  return (value === null ? 'none' : value.toFixed(3)).padStart(15);
}
