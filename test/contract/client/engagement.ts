import type { Client } from 'openapi-fetch';
import type { paths } from './api.js';
import { found } from './found.js';

/** Reads the engagement charts, and the users and organizations behind their numbers. */
export async function readEngagement(api: Client<paths>): Promise<void> {
  const days = { start_date: '2025-01-01', end_date: '2025-01-31' };
  const org = { query: { ...days, subject: 'org' } } as const;
  const rolling = found(
    await api.GET('/api/insights/v1/charts/rolling', {
      params: { query: { ...days, subject: 'user', days: '7' } },
    }),
  );
  rolling.metrics.map(({ date, value }) => [date, value]);
  const sticky = found(await api.GET('/api/insights/v1/charts/stickiness', { params: org }));
  sticky.metrics.map(({ daily, monthly, ratio }) => [daily, monthly, ratio ?? 'none']);
  const params = { query: { subject: 'org' } } as const;
  const { days: counts } = found(await api.GET('/api/insights/v1/charts/frequency', { params }));
  const weekly = { query: { ...days, cadence: 'Weekly' } } as const;
  const life = found(await api.GET('/api/insights/v1/charts/lifecycle', { params: weekly }));
  life.metrics.map((period) => [period.new, period.dormant, period.cadence_completed]);
  const kept = found(await api.GET('/api/insights/v1/charts/retention', { params: weekly }));
  const cells = kept.cohorts.flatMap((cohort) => cohort.cells.map(({ period }) => period));
  console.log(counts.length, cells.length);
  await readSubjects(api);
}

async function readSubjects(api: Client<paths>): Promise<void> {
  const ofPeriod = { query: { period: '2025-01-01', part: 'new', page_size: 5 } } as const;
  const { rows } = found(
    await api.GET('/api/insights/v1/charts/lifecycle/subjects', { params: ofPeriod }),
  );
  rows.map((row) => ('user_id' in row ? [row.user_id, row.email] : [row.org_id, row.name]));
  const ofCell = {
    query: { cohort: '2025-01-01', period: '2025-01-03', state: 'active' },
  } as const;
  const list = found(
    await api.GET('/api/insights/v1/charts/retention/subjects', { params: ofCell }),
  );
  const lifecycle = { params: { query: { period: '2025-01-01' } }, parseAs: 'text' } as const;
  const retention = { params: { query: { cohort: '2025-01-01' } }, parseAs: 'text' } as const;
  const files = [
    found(await api.GET('/api/insights/v1/charts/lifecycle/subjects/csv', lifecycle)),
    found(await api.GET('/api/insights/v1/charts/retention/subjects/csv', retention)),
  ];
  console.log(list.total_count - list.listed_count, ...files);
}
