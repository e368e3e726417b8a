import type {
  ChangedOrgRow,
  ChangedUserRow,
  RunReference,
  SubscriptionMessage,
} from '#libs/contracts';
import type { Outgoing } from '../../libs/subscriptions/targets/target.js';

const FROM: RunReference = { run_id: 'r1', report_time: Date.UTC(2025, 11, 29, 9) / 1_000 };
const TO: RunReference = { run_id: 'r2', report_time: Date.UTC(2026, 0, 5, 9) / 1_000 };

export const orgRow = (
  org_id: string,
  name: string,
  extra_properties: ChangedOrgRow['extra_properties'] = {},
): ChangedOrgRow => ({
  ...{ id: `row-${org_id}`, report_id: 'x', org_id, name, num_users: 12 },
  ...{ org_created_at: 1_700_000_000, extra_properties },
  ...{ rank: 1, previous_rank: null, change: 'entered' },
});

export const userRow = (user_id: string, given: Partial<ChangedUserRow> = {}): ChangedUserRow => ({
  ...{ id: `row-${user_id}`, report_id: 'x', user_id, user_created_at: 1_700_000_000 },
  ...{ email: null, username: null, first_name: null, last_name: null, last_active_at: 0 },
  ...{ org_data: [], extra_properties: {}, rank: 1, previous_rank: null, change: 'entered' },
  ...given,
});

type Data = SubscriptionMessage['data'];

/** A message of the report org/churn with 30 days. Its counts are those of its rows unless given. */
export function outgoingOf(
  data: Partial<Data> = {},
  {
    type = 'report.changed',
    ...rest
  }: Partial<Outgoing> & {
    type?: SubscriptionMessage['type'];
  } = {},
): Outgoing {
  const all = {
    ...{ subscription_id: 's1', report: 'org/churn', interval: '30', from: FROM, to: TO },
    counts: { entered: data.entered?.length ?? 0, left: data.left?.length ?? 0 },
    ...{ entered: [], left: [] },
    ...data,
  };
  return {
    deliveryId: 'd_1',
    subscription: { id: 's1', name: 'Acme weekly' },
    message: { type, timestamp: '2026-01-05T09:00:10.000Z', data: all },
    isDigest: true,
    ...rest,
  };
}
