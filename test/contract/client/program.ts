// A user's program with a client generated from /openapi.json: every endpoint, without a cast. The test generates
// api.ts beside a copy of this folder, compiles it and runs this against a service.
import { createHmac, randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';
import { readEngagement } from './engagement.js';
import { found } from './found.js';

const [baseUrl = '', key = '', secret = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

const events: components['schemas']['Event'][] = [
  { id: 'p1', type: 'org.created', data: { org_id: 'o', name: 'Org' } },
  { id: 'p2', type: 'org.updated', data: { org_id: 'o', name: 'Org 2' } },
  {
    id: 'p3',
    type: 'user.created',
    time: '2025-01-01T00:00:00Z',
    data: { user_id: 'u', email: 'u@o.example', signup_query_parameters: { utm: 'x' } },
  },
  { id: 'p4', type: 'user.updated', data: { user_id: 'u', first_name: null } },
  { id: 'p5', type: 'user.active', data: { user_id: 'u' } },
  { id: 'p6', type: 'user.added_to_org', data: { user_id: 'u', org_id: 'o', role: 'Owner' } },
  {
    id: 'p7',
    type: 'user.role_changed_within_org',
    data: { user_id: 'u', org_id: 'o', role: 'A' },
  },
  { id: 'p8', type: 'user.removed_from_org', data: { user_id: 'u', org_id: 'o' } },
  {
    id: 'p9',
    type: 'user.invited_to_org',
    data: { inviter_user_id: 'u', invitee_email: 'i@o.example' },
  },
  { id: 'p10', type: 'user.deleted', data: { user_id: 'gone' } },
  { id: 'p11', type: 'org.deleted', data: { org_id: 'gone' } },
];

async function ingest(): Promise<void> {
  const path = '/api/ingest/v1/events';
  const many = found(await api.POST(path, { body: events }));
  const one = found(
    await api.POST(path, { body: { id: 'q', type: 'user.active', data: { user_id: 'u' } } }),
  );
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const ndjson = found(
    await api.POST(path, {
      body: lines,
      bodySerializer: (text) => text,
      headers: { 'Content-Type': 'application/x-ndjson' },
    }),
  );
  const accepted = many.accepted + one.accepted + ndjson.accepted;
  if (accepted !== 2 * events.length + 1) throw new Error(JSON.stringify([many, one, ndjson]));
  found(
    await api.POST('/v1/batch', { body: { batch: [{ type: 'track', userId: 'u', event: 'E' }] } }),
  );
  const call = { params: { path: { call: 'track' } }, body: { userId: 'u', event: 'E' } } as const;
  found(await api.POST('/v1/{call}', call));
  const body = { type: 'user.active', data: { user_id: 'u' } };
  const { outcome } = found(
    await api.POST('/webhooks/{source}', {
      params: { path: { source: 'standard' } },
      body,
      headers: signed(JSON.stringify(body)),
    }),
  );
  if (outcome !== 'accepted') throw new Error(outcome);
}

function signed(body: string): Record<string, string> {
  const id = randomUUID();
  const seconds = String(Math.floor(Date.now() / 1000));
  const bytes = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', bytes).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
}

async function administer(): Promise<string> {
  const { run_id: runId } = found(
    await api.POST('/api/admin/v1/report_runs', { body: { as_of: '2025-03-31' } }),
  );
  found(await api.GET('/api/admin/v1/report_runs', { params: { query: { limit: 5 } } }));
  await completed(runId);
  const letters = found(
    await api.GET('/api/admin/v1/dead_letters', { params: { query: { limit: 5 } } }),
  );
  const ids = letters.dead_letters.map(({ id }) => id);
  let cursor: string | undefined;
  do {
    const body = cursor === undefined ? { ids } : { ids, cursor };
    const reply = found(await api.POST('/api/admin/v1/dead_letters/replay', { body }));
    cursor = reply.cursor ?? undefined;
  } while (cursor !== undefined);
  // Empty when nothing was rejected.
  const dump = await api.GET('/api/admin/v1/dead_letters/export', { parseAs: 'text' });
  if (!dump.response.ok) throw new Error(String(dump.response.status));
  const { sources } = found(await api.GET('/api/admin/v1/sources'));
  for (const { last_day } of sources) last_day.map(({ outcome, count }) => `${outcome} ${count}`);
  const spare = found(
    await api.POST('/api/admin/v1/report_runs', { body: { as_of: '2025-03-30' } }),
  );
  const params = { path: { runId: spare.run_id } };
  const withdrawn = found(await api.DELETE('/api/admin/v1/report_runs/{runId}', { params }));
  if (withdrawn.state !== 'withdrawn') throw new Error(withdrawn.state);
  await manageKeys();
  return runId;
}

async function manageKeys(): Promise<void> {
  const { name } = found(
    await api.POST('/api/admin/v1/keys', { body: { name: 'program', scopes: ['read'] } }),
  );
  const { keys } = found(await api.GET('/api/admin/v1/keys'));
  const keyId = keys.find((one) => one.name === name && one.last_used_at === null)?.key_id ?? '';
  const { ended } = found(
    await api.DELETE('/api/admin/v1/sessions', { params: { query: { key_id: keyId } } }),
  );
  if (ended !== 0) throw new Error(String(ended));
  const { entries } = found(
    await api.GET('/api/admin/v1/audit', { params: { query: { action: 'key.created' } } }),
  );
  if (entries[0]?.target !== keyId) throw new Error(JSON.stringify(entries));
  const revoked = await api.DELETE('/api/admin/v1/keys/{keyId}', { params: { path: { keyId } } });
  if (revoked.response.status !== 204) throw new Error(String(revoked.response.status));
}

async function completed(runId: string): Promise<void> {
  for (;;) {
    const params = { path: { runId } };
    const run = found(await api.GET('/api/admin/v1/report_runs/{runId}', { params }));
    if (run.state === 'completed') return;
    if (run.state === 'failed' || run.state === 'withdrawn') throw new Error(run.error ?? '');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readCompatible(runId: string): Promise<void> {
  const query = { report_interval: '30', page_size: 5, run_id: runId } as const;
  const users = found(
    await api.GET('/api/backend/v1/user_report/{report}', {
      params: { path: { report: 'champion' }, query },
    }),
  );
  users.user_reports.map((row) => `${row.email} ${row.extra_properties.num_active_days ?? 0}`);
  const orgs = found(
    await api.GET('/api/backend/v1/org_report/{report}', {
      params: { path: { report: 'growth' }, query },
    }),
  );
  orgs.org_reports.map((row) => `${row.name} ${row.extra_properties.num_users_added ?? 0}`);
  const params = { path: { metric: 'signups' }, query: { cadence: 'Weekly' } } as const;
  const chart = found(await api.GET('/api/backend/v1/chart_metrics/{metric}', { params }));
  found(await api.GET('/api/backend/v1/chart_metric/{metric}', { params }));
  chart.metrics.map(({ date, result, cadence_completed }) => [date, result, cadence_completed]);
  found(
    await api.GET('/api/backend/v1/user/{userId}/signup_query_parameters', {
      params: { path: { userId: 'u' } },
    }),
  );
  found(await api.GET('/api/backend/v1/reports'));
  const wrong = await api.GET('/api/backend/v1/user_report/{report}', {
    params: { path: { report: 'churn' }, query: { report_interval: '90' } },
  });
  if (wrong.response.status !== 400 || !wrong.error) throw new Error('90 is no interval of churn');
}

async function readInsights(runId: string): Promise<void> {
  const { latest_run: latest } = found(await api.GET('/api/insights/v1/summary'));
  const { terms } = found(await api.GET('/api/insights/v1/definitions'));
  const { sources } = found(await api.GET('/api/insights/v1/sources'));
  const { runs } = found(
    await api.GET('/api/insights/v1/runs', { params: { query: { kept: 'true', limit: 5 } } }),
  );
  console.log(latest?.run_id, terms['rank'], sources.length, runs.length);
  const path = { subject: 'user', report: 'champion' } as const;
  const changes = found(
    await api.GET('/api/insights/v1/reports/{subject}/{report}', {
      params: { path, query: { interval: '30', run_id: runId, change: 'all' } },
    }),
  );
  // The subject determines the type of the rows.
  if (changes.subject === 'user')
    changes.rows.map(({ email, change, rank }) => [email, change, rank]);
  else changes.rows.map(({ name, num_users: members }) => [name, members]);
  const csv = found(
    await api.GET('/api/insights/v1/reports/{subject}/{report}/csv', {
      params: { path, query: { run_id: runId } },
      parseAs: 'text',
    }),
  );
  if (!csv.includes('user_id')) throw new Error(csv);
  await segments();
  await subscriptions();
  await agent();
  await exclusions();
  found(await api.GET('/api/insights/v1/users/{userId}', { params: { path: { userId: 'u' } } }));
  const params = { path: { orgId: 'o' }, query: { page_size: 5 } };
  found(await api.GET('/api/insights/v1/orgs/{orgId}', { params: { path: { orgId: 'o' } } }));
  found(await api.GET('/api/insights/v1/orgs/{orgId}/members', { params }));
  await readOrg();
  await readIndex();
  await readEngagement(api);
}

async function readIndex(): Promise<void> {
  const users = found(
    await api.GET('/api/insights/v1/users', {
      params: { query: { search: 'u', sort: 'active_days_30', order: 'asc' } },
    }),
  );
  users.rows.map(({ email, values }) => [email, values.num_orgs]);
  const orgs = found(await api.GET('/api/insights/v1/orgs', { params: { query: {} } }));
  orgs.rows.map(({ name, values }) => [name, values.last_active_day, orgs.total_count]);
  const options = { params: { query: {} }, parseAs: 'text' } as const;
  const files = [
    found(await api.GET('/api/insights/v1/users/csv', options)),
    found(await api.GET('/api/insights/v1/orgs/csv', options)),
  ];
  console.log(files.map((file) => file.length));
  const params = { path: { userId: 'u' } };
  const person = found(await api.GET('/api/insights/v1/users/{userId}/export', { params }));
  person.memberships.map(({ org_id: orgId, spans }) => [orgId, spans.length, person.state]);
}

async function readOrg(): Promise<void> {
  const params = { path: { orgId: 'o' } };
  const { org } = found(await api.GET('/api/insights/v1/orgs/{orgId}/profile', { params }));
  const { auc } = found(await api.GET('/api/insights/v1/health/backtest'));
  if (auc.score !== null && auc.score > 1) throw new Error(JSON.stringify(auc));
  const { joined } = found(await api.GET('/api/insights/v1/orgs/{orgId}/activity', { params }));
  const members = found(
    await api.GET('/api/insights/v1/orgs/{orgId}/members/csv', { params, parseAs: 'text' }),
  );
  console.log(org.name, joined.length, members.length);
  const { rows } = found(
    await api.GET('/api/insights/v1/reports/org/{report}/contacts', {
      params: { path: { report: 'churn' }, query: { interval: '30' } },
    }),
  );
  rows.map(({ org_id: orgId, contacts }) => [orgId, contacts.length]);
}

async function signInAndOut(): Promise<void> {
  const { response } = await api.POST('/session', { body: { key } });
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const browser = createClient<paths>({ baseUrl, headers: { Cookie: cookie } });
  const session = found(await browser.GET('/session'));
  if (!session.scopes.includes('read')) throw new Error(JSON.stringify(session));
  if (found(await browser.GET('/session/options')).oidc) throw new Error('no provider is set');
  const out = await browser.DELETE('/session', { params: { header: { 'X-Insightd': '1' } } });
  if (out.response.status !== 204) throw new Error(String(out.response.status));
  const { error } = await browser.GET('/session');
  if (error?.code !== 'unauthorized') throw new Error(JSON.stringify(error));
}

async function operate(): Promise<void> {
  found(await api.GET('/health/live'));
  found(await api.GET('/health/ready'));
  found(await api.GET('/metrics', { parseAs: 'text' }));
  found(await api.GET('/openapi.json'));
  const link = { params: { query: { subscription: 'x', address: 'a@x.example', token: 'x' } } };
  found(await api.GET('/unsubscribe', { ...link, parseAs: 'text' }));
  const oneClick = { body: 'List-Unsubscribe=One-Click', bodySerializer: String };
  found(await api.POST('/unsubscribe', { ...link, ...oneClick, parseAs: 'text' }));
}

await ingest();
const runId = await administer();
await readCompatible(runId);
await readInsights(runId);
await signInAndOut();
await operate();

async function exclusions(): Promise<void> {
  const body = { email_domains: ['*.example.com'], user_ids: [], org_ids: [] };
  const preview = found(await api.POST('/api/admin/v1/exclusions/preview', { body }));
  const numbers: number[] = [preview.excluded.users, preview.excluded.orgs];
  numbers.push(found(await api.PUT('/api/admin/v1/exclusions', { body })).version);
  const { email_domains: domains } = found(await api.GET('/api/admin/v1/exclusions'));
  domains.map((domain) => domain.toUpperCase());
  found(await api.PUT('/api/admin/v1/exclusions', { body: { ...body, email_domains: [] } }));
}

async function agent(): Promise<void> {
  const answer = found(
    await api.POST('/mcp', {
      body: { jsonrpc: '2.0', id: 1, method: 'ping' },
      headers: { Accept: 'application/json, text/event-stream' },
    }),
  );
  if (answer.id !== 1) throw new Error(JSON.stringify(answer));
}

async function subscriptions(): Promise<void> {
  const target = { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } as const;
  const body = {
    name: 'Quiet',
    report: 'org/churn',
    interval: '30',
    target,
    change: 'both',
    schedule: { every: 'run' },
    paused: false,
  } as const;
  const created = found(await api.POST('/api/insights/v1/subscriptions', { body }));
  const params = { path: { subscriptionId: created.id } };
  found(
    await api.PUT('/api/insights/v1/subscriptions/{subscriptionId}', {
      params,
      body: { ...body, paused: true },
    }),
  );
  const { state, baseline } = found(
    await api.GET('/api/insights/v1/subscriptions/{subscriptionId}', { params }),
  );
  const { subscriptions: all } = found(await api.GET('/api/insights/v1/subscriptions'));
  all.map(({ name, waiting, given_up: lost }) => [name, waiting + lost, state, baseline?.run_id]);
  found(await api.POST('/api/insights/v1/subscriptions/{subscriptionId}/test', { params }));
  found(
    await api.POST('/api/insights/v1/subscriptions/{subscriptionId}/secret', { params }),
  ).secret.slice(0, created.secret?.length);
  const { deliveries } = found(
    await api.GET('/api/insights/v1/subscriptions/{subscriptionId}/deliveries', { params }),
  );
  const [delivery] = deliveries;
  const replayed = await api.POST(
    '/api/insights/v1/subscriptions/{subscriptionId}/deliveries/{deliveryId}/replay',
    { params: { path: { subscriptionId: created.id, deliveryId: delivery!.id } } },
  );
  // The test may wait still.
  if (![202, 409].includes(replayed.response.status)) found(replayed);
  deliveries.map(({ counts, part, error }) => [counts?.entered, part?.number, error?.length]);
  const removed = await api.DELETE('/api/insights/v1/subscriptions/{subscriptionId}', { params });
  if (removed.response.status !== 204) throw new Error(String(removed.response.status));
}

async function segments(): Promise<void> {
  const body = { name: 'Owners', subject: 'user', where: [['role', 'is', 'Owner']] } as const;
  const copy = { ...body, where: body.where.map((condition) => [...condition]) };
  const { id } = found(await api.POST('/api/insights/v1/segments', { body: copy }));
  const params = { path: { segmentId: id } };
  found(await api.PUT('/api/insights/v1/segments/{segmentId}', { params, body: copy }));
  const { where } = found(await api.GET('/api/insights/v1/segments/{segmentId}', { params }));
  const { segments: all } = found(await api.GET('/api/insights/v1/segments'));
  all.map(({ name, subject, changed_at: at }) => [name, subject, at]);
  const query = { where: JSON.stringify(where), segment: id };
  const metric = { path: { metric: 'signups' }, query } as const;
  found(await api.GET('/api/insights/v1/charts/{metric}', { params: metric }));
  const { keys } = found(
    await api.GET('/api/insights/v1/segments/keys', { params: { query: { subject: 'user' } } }),
  );
  keys.flatMap(({ key, values }) => values.map(({ value, count }) => [key, value, count]));
  const removed = await api.DELETE('/api/insights/v1/segments/{segmentId}', { params });
  if (removed.response.status !== 204) throw new Error(String(removed.response.status));
}
