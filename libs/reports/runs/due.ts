import { CronExpressionParser } from 'cron-parser';

/**
 * The latest moment at or before `now` at which the schedule fires, in UTC.
 * @param cron five or six fields
 * @param now milliseconds since 1970
 */
export function latestDue(cron: string, now: number): number {
  // `prev` returns times strictly before its start.
  const schedule = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(now + 1) });
  return schedule.prev().getTime();
}
