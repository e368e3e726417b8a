import type { DeliveryPage, SegmentList, Subscription } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { subscriptionPath } from '../../api/subscriptions.js';
import { Facts } from '../../components/facts.js';
import { Shown } from '../../components/states.js';
import { filterFrom, whereText } from '../../routing/filter.js';
import { Link } from '../../routing/link.js';
import { addressOf, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { conditionName } from '../../labels/conditions.js';
import { formatMoment, formatNumber } from '../../labels/format.js';
import {
  CHANGES,
  TARGET_KINDS,
  reportName,
  scheduleName,
  targetAddress,
} from '../../labels/subscriptions.js';
import { Actions } from './actions.js';
import { Deliveries } from './deliveries.js';
import { StateMark } from './state-mark.js';

const PAGE_SIZE = 25;

/** A subscription: its settings, and what was sent. */
export function SubscriptionPage({ id, place }: { id: string; place: Place }) {
  const page = Math.max(1, Math.trunc(Number(place.query.get('page'))) || 1);
  const subscription = useResource<Subscription>(subscriptionPath(id));
  const deliveries = useResource<DeliveryPage>(
    addressOf(`${subscriptionPath(id)}/deliveries`, {
      page_size: PAGE_SIZE,
      page_number: page - 1,
    }),
  );
  const reload = () => {
    subscription.reload();
    deliveries.reload();
  };
  return (
    <>
      <header class="head">
        <div>
          <Title title={subscription.data?.name ?? 'Subscription'} />
          <p>
            <Link href="/subscriptions">All subscriptions</Link>
          </p>
        </div>
      </header>
      <Shown of={subscription}>
        {(of) => (
          <section class="panel" aria-label="Settings">
            <Settings of={of} />
            <Actions of={of} onChanged={reload} />
          </section>
        )}
      </Shown>
      {subscription.data && (
        <section class="panel" aria-labelledby="deliveries">
          <h2 id="deliveries">Deliveries</h2>
          <Shown of={deliveries}>
            {(data) => <Deliveries {...{ id, place, page, data }} onChanged={reload} />}
          </Shown>
        </section>
      )}
    </>
  );
}

function Settings({ of }: { of: Subscription }) {
  return (
    <>
      <Facts
        facts={[
          ['State', <StateMark key="state" of={of} />],
          ['Report', <ReportLink key="report" of={of} />],
          ['Changes', CHANGES[of.change]],
          ['For', <Conditions key="for" of={of} />],
          ['Sent', scheduleName(of.schedule)],
          [
            TARGET_KINDS[of.target.kind],
            <bdi key="to" class="id">
              {targetAddress(of.target)}
            </bdi>,
          ],
          ...(of.next_at === null
            ? []
            : [['Next due', formatMoment(of.next_at)] as [string, string]]),
          [
            'Everything sent up to the report of',
            of.baseline ? formatMoment(of.baseline.report_time) : '–',
          ],
          ['Waiting', formatNumber(of.waiting)],
          ['Given up', formatNumber(of.given_up)],
        ]}
      />
      {of.ended_reason !== null && (
        <p class="warning">
          It has ended: <bdi>{of.ended_reason}</bdi>
        </p>
      )}
    </>
  );
}

function ReportLink({ of: { report, interval, where, segment } }: { of: Subscription }) {
  const filter = { where: where ? whereText(where) : undefined, segment: segment ?? undefined };
  return (
    <Link href={addressOf(`/reports/${report}`, { interval, ...filter })}>
      {reportName(report, interval)}
    </Link>
  );
}

/** The conditions and the name of the saved segment. */
function Conditions({ of: { where, segment } }: { of: Subscription }) {
  const isAdmin = useIsAdmin();
  const saved = useResource<SegmentList>(
    segment === null ? undefined : '/api/insights/v1/segments',
  );
  const { conditions } = filterFrom({ where: where ? whereText(where) : undefined });
  const name = saved.data?.segments.find(({ id }) => id === segment)?.name;
  const parts = [
    ...(segment === null ? [] : [`segment ${name ?? (isAdmin ? segment : '')}`]),
    ...conditions.map((condition) => conditionName(condition)),
  ];
  return <bdi>{parts.length === 0 ? 'all' : parts.join('; ')}</bdi>;
}
