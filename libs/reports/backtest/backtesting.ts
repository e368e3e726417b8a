import type { Backtest, Calendar } from '#libs/contracts';
import type { Database } from '#libs/database';
import type { RunSettings } from '../runs/load-facts.js';
import { checkDay, latestDay, pastDays } from './backtest-days.js';
import { backtestOf } from './backtest.js';
import { fitWeights, type Fit } from './fit.js';
import { loadOutcomes } from './load-outcomes.js';

/** Backtests for the command line. Computes on the calling thread. Days are the first millisecond of a date in UTC. */
export class Backtesting {
  constructor(
    private readonly database: Database,
    private readonly calendar: Calendar,
    private readonly settings: RunSettings,
  ) {}

  /**
   * @param day by default the latest possible day
   * @throws ApiError `invalid` naming the latest possible day
   */
  async of(today: number, day = latestDay(this.calendar, today)): Promise<Backtest> {
    checkDay(this.calendar, today, day);
    const [outcomes] = await this.load([day]);
    return backtestOf(outcomes!, this.settings.HEALTH_WEIGHTS);
  }

  /** Proposes weights from up to `count` past days, 30 days apart. */
  async fit(today: number, count: number): Promise<Fit> {
    const outcomes = await this.load(pastDays(this.calendar, today, count));
    return fitWeights(outcomes, this.settings.HEALTH_WEIGHTS);
  }

  private load(days: readonly number[]) {
    return this.database.snapshot((connections) =>
      loadOutcomes(connections, this.calendar, this.settings, days),
    );
  }
}
