import { expect } from '@jest/globals';
import type { Backtest, ListChange, OrgActivity } from '#libs/contracts';
import type { Api } from './api.js';
import type { Model } from './model/model.js';
import { dayOf, dayText, endOfDay, startOfWeek, wholeSecond } from './model/time.js';

const WEEKS = 12;
const DAYS = 84;
const MOST_CHANGES = 50;
const LISTS = [
  ...[['slipping', '14'] as const, ['slipping', '30'] as const],
  ...[['churn', '7'] as const, ['churn', '14'] as const, ['churn', '30'] as const],
  ...[['champion_lost', '30'] as const, ['owner_lost', '30'] as const],
];

/** The story of an org by the model, as of now in unix ms. */
function storyOf(model: Model, orgId: string, now: number) {
  const today = dayOf(now);
  const endOf = (day: number) => (day === today ? wholeSecond(now) : endOfDay(day));
  const lastEnd = startOfWeek(today) - 1;
  const ends = Array.from({ length: WEEKS }, (_, week) => lastEnd - 7 * (WEEKS - 1 - week));
  const health_over_time = [...ends, today].map((day) => ({
    date: dayText(day),
    ...model.orgAsOf(orgId, endOf(day)),
  }));
  const isListed = (day: number) =>
    LISTS.map(([report, interval]) =>
      model.ids('org', report, interval, endOf(day)).listed.includes(orgId),
    );
  const list_changes: ListChange[] = [];
  let now_ = isListed(today);
  for (let day = today; day > today - DAYS; day--) {
    const before = isListed(day - 1);
    for (const [index, [report, interval]] of LISTS.entries()) {
      if (now_[index] === before[index]) continue;
      const change = now_[index] ? 'entered' : 'left';
      list_changes.push({ date: dayText(day), report, interval, change });
    }
    now_ = before;
  }
  return { health_over_time, list_changes: list_changes.slice(0, MOST_CHANGES) };
}

/**
 * Expects the health over time and the changes of lists on the page of an org to equal the model.
 * @returns the story; undefined when the org does not exist
 */
export async function expectTheModelsStory(
  api: Api,
  model: Model,
  orgId: string,
): Promise<Pick<OrgActivity, 'health_over_time' | 'list_changes'> | undefined> {
  const now = Date.now();
  const path = `/api/insights/v1/orgs/${encodeURIComponent(orgId)}/activity`;
  const { status, body } = await api.get<OrgActivity>(path);
  if (!model.org(orgId).exists) {
    expect([orgId, status]).toEqual([orgId, 404]);
    return undefined;
  }
  const { health_over_time, list_changes } = body;
  expect([orgId, { health_over_time, list_changes }]).toEqual([orgId, storyOf(model, orgId, now)]);
  return { health_over_time, list_changes };
}

/** The days of backtests around their edges, YYYY-MM-DD, in the zone of the model: the latest possible day first. */
export function backtestDays(): string[] {
  const latest = dayOf(Date.now()) - 31;
  return [0, 3, 11].map((days) => dayText(latest - days));
}

/** Expects the backtests of some days to equal the model. @returns how many orgs churned and how many were kept */
export async function expectTheModelsBacktests(
  api: Api,
  model: Model,
  days: readonly string[],
): Promise<{ churned: number; kept: number }> {
  const seen = { churned: 0, kept: 0 };
  for (const day of days) {
    const path = `/api/insights/v1/health/backtest?as_of=${day}`;
    const { body } = await api.get<Backtest>(path);
    expect(body).toEqual(model.backtest(day));
    seen.churned += body.churned;
    seen.kept += body.orgs - body.churned;
  }
  return seen;
}
