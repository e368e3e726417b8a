import { TEST_KEY, TEST_SECRET } from '../support/service.js';
import { ORGS, USERS, WORLD } from '../support/small-world.js';
import { signStandard } from '../support/webhooks.js';

/** A request of an operation. Uses the test's key unless it names another; '' sends no key. */
export interface Asked {
  key?: string;
  path?: Record<string, string>;
  query?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

/** Values that only a running service has. */
interface Known {
  runId: () => string;
  /** A run that may be withdrawn. */
  spareRunId: () => string;
  segmentId: () => string;
  /** A segment that may be removed. */
  spareSegmentId: () => string;
  subscriptionId: () => string;
  /** A subscription that may be removed. */
  spareSubscriptionId: () => string;
  /** A delivery that was given up. */
  deliveryId: () => string;
  /** A key that may be revoked. */
  spareKeyId: () => string;
  cookie: () => string;
}

const user = { path: { userId: USERS.ann } };
const org = { path: { orgId: ORGS.acme } };
const json = (value: unknown): string => JSON.stringify(value);
/** A segment to save. */
export const SEGMENT = { name: 'Owners', subject: 'user', where: [['role', 'is', 'Owner']] };
/** A subscription whose target refuses connections. */
export const SUBSCRIPTION = {
  name: 'Quiet organizations',
  report: 'org/churn',
  interval: '30',
  schedule: { weekly: 'monday', at: '09:00' },
  target: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' },
};
/** A link that is not valid. */
const UNSUBSCRIBE = 'subscription=x&address=ann%40example.com&token=x';
const where = `where=${encodeURIComponent(json(SEGMENT.where))}`;
const ofEach = (name: string, values: string[], query?: string): Asked[] =>
  values.map((value) => ({ path: { [name]: value }, ...(query !== undefined && { query }) }));
const ofEachSubject = (query: string): Asked[] =>
  ['user', 'org'].map((subject) => ({ query: `subject=${subject}&${query}` }));
const REPORTS: [string, string[]][] = [
  ['user', ['top_inviter', 'champion', 'reengagement', 'churn']],
  [
    'org',
    [
      'reengagement',
      'churn',
      'growth',
      'attrition',
      'slipping',
      'champion_lost',
      'owner_lost',
      'health',
    ],
  ],
];
const everyReport = (query: string): Asked[] =>
  REPORTS.flatMap(([subject, reports]) =>
    reports.map((report) => ({ path: { subject, report }, query })),
  );

/** Requests of every operation that succeed. */
export const goodRequests = ({
  runId,
  spareRunId,
  segmentId,
  spareSegmentId,
  subscriptionId,
  spareSubscriptionId,
  deliveryId,
  spareKeyId,
  cookie,
}: Known): Record<string, () => Asked[]> => ({
  checkLiveness: () => [{ key: '' }],
  checkReadiness: () => [{ key: '' }],
  getMetrics: () => [{ key: '' }],
  getOpenApi: () => [{ key: '' }],
  showUnsubscribe: () => [{ key: '', query: UNSUBSCRIBE }],
  unsubscribe: () => [{ key: '', query: UNSUBSCRIBE }],
  signIn: () => [{ key: '', body: json({ key: TEST_KEY }) }],
  getSignInOptions: () => [{ key: '' }],
  getSession: () => [{ key: '', headers: { Cookie: cookie() } }],
  signOut: () => [{ key: '', headers: { Cookie: cookie(), 'X-Insightd': '1' } }],
  sendEvents: () => [{ body: '[]' }, { body: json(WORLD[0]) }],
  sendTrackingBatch: () => [
    { body: json({ batch: [{ type: 'track', userId: 'u', event: 'E' }] }) },
  ],
  sendTrackingCall: () => [{ path: { call: 'page' }, body: json({ userId: 'u' }) }],
  receiveWebhook: () => {
    const event = { type: 'user.active', data: { user_id: 'u' } };
    const { body, headers } = signStandard('standard', TEST_SECRET, event);
    return [{ key: '', path: { source: 'standard' }, body, headers }];
  },
  listDeadLetters: () => [{}],
  exportDeadLetters: () => [{}],
  replayDeadLetters: () => [{}, { body: json({ ids: [] }) }],
  getSourceStatistics: () => [{}],
  listSources: () => [{}],
  requestReportRun: () => [{ body: json({ as_of: '2025-02-01' }) }],
  listReportRuns: () => [{}],
  getReportRun: () => [{ path: { runId: runId() } }],
  withdrawReportRun: () => [{ path: { runId: spareRunId() } }],
  listKeys: () => [{}],
  listAuditEntries: () => [{}, { query: 'page_size=2&action=key.created' }],
  createKey: () => [
    { body: json({ name: 'contract', scopes: ['read'] }) },
    { body: json({ name: 'contract', scopes: ['track'], expires_at: '2999-01-01' }) },
  ],
  getExclusions: () => [{}],
  previewExclusions: () => [{ body: json({ email_domains: ['*.example.com'] }) }],
  // Excludes no one that other requests need.
  putExclusions: () => [{ body: json({ user_ids: ['unknown'] }) }],
  revokeKey: () => [{ path: { keyId: spareKeyId() } }],
  // Without a session of its own, so that the test's browser stays signed in.
  endSessions: () => [{ query: 'key_id=unknown' }],
  getUserReport: () => ofEach('report', REPORTS[0]![1]),
  getOrgReport: () => ofEach('report', REPORTS[1]![1]),
  getSignupQueryParameters: () => [user],
  listReports: () => [{}],
  getChartMetric: () => ofEach('metric', ['signups', 'active_orgs'], 'cadence=Weekly'),
  getChartMetricByReferencePath: () => ofEach('metric', ['orgs_created', 'active_users']),
  getSummary: () => [{}],
  getDefinitions: () => [{}],
  listRuns: () => [{}, { query: 'kept=true&limit=1' }],
  getReportChanges: () => [
    ...['all', 'left'].flatMap((one) => everyReport(`change=${one}`)),
    { path: { subject: 'user', report: 'champion' }, query: where },
  ],
  exportReport: () => [
    ...everyReport(''),
    { path: { subject: 'user', report: 'champion' }, query: where },
  ],
  getSegmentedChart: () => ofEach('metric', ['signups', 'active_users'], where),
  getRollingChart: () => [{}, { query: 'subject=org&days=7' }, { query: where }],
  getStickinessChart: () => [{}, { query: 'subject=org' }],
  getFrequencyChart: () => [{}, { query: 'subject=org' }],
  getLifecycleChart: () => [{}, { query: 'subject=org&cadence=Monthly' }],
  getRetentionChart: () => [{}, { query: 'subject=org&cadence=Weekly' }],
  listLifecycleSubjects: () => ofEachSubject('cadence=Monthly&period=2024-07-01'),
  exportLifecycleSubjects: () => ofEachSubject('cadence=Monthly&period=2024-07-01'),
  listRetentionSubjects: () => ofEachSubject('cadence=Monthly&cohort=2024-07-01&period=2025-01-01'),
  exportRetentionSubjects: () => ofEachSubject('cadence=Monthly&cohort=2024-07-01'),
  listSegments: () => [{}],
  getSegmentKeys: () => [{ query: 'subject=user' }, { query: 'subject=org' }],
  getSegment: () => [{ path: { segmentId: segmentId() } }],
  createSegment: () => [{ body: json(SEGMENT) }],
  replaceSegment: () => [{ path: { segmentId: segmentId() }, body: json(SEGMENT) }],
  deleteSegment: () => [{ path: { segmentId: spareSegmentId() } }],
  listSubscriptions: () => [{}],
  getSubscription: () => [{ path: { subscriptionId: subscriptionId() } }],
  createSubscription: () => [
    { body: json(SUBSCRIPTION) },
    { body: json({ ...SUBSCRIPTION, target: { kind: 'email', to: ['ann@example.com'] } }) },
  ],
  replaceSubscription: () => [
    { path: { subscriptionId: subscriptionId() }, body: json(SUBSCRIPTION) },
  ],
  rotateSubscriptionSecret: () => [{ path: { subscriptionId: subscriptionId() } }],
  testSubscription: () => [{ path: { subscriptionId: subscriptionId() } }],
  listSubscriptionDeliveries: () => [{ path: { subscriptionId: subscriptionId() } }],
  replaySubscriptionDelivery: () => [
    { path: { subscriptionId: subscriptionId(), deliveryId: deliveryId() } },
  ],
  deleteSubscription: () => [{ path: { subscriptionId: spareSubscriptionId() } }],
  askByProtocol: () => [
    {
      body: json({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      headers: { Accept: 'application/json, text/event-stream' },
    },
  ],
  listUsers: () => [{}, { query: 'search=ann&sort=num_orgs&order=asc' }, { query: where }],
  listOrgs: () => [{}, { query: 'search=acme&sort=last_active_day' }],
  exportUsers: () => [{}],
  exportOrgs: () => [{ query: 'search=acme' }],
  getUser: () => [user],
  exportUser: () => [user],
  getOrg: () => [org],
  getOrgProfile: () => [org],
  getOrgActivity: () => [org],
  getBacktest: () => [{}, { query: 'as_of=2025-02-01' }],
  listOrgMembers: () => [org],
  exportOrgMembers: () => [org],
  listOrgContacts: () => ofEach('report', REPORTS[1]![1]),
});
