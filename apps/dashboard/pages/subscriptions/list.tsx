import type { Subscription, SubscriptionList } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { SUBSCRIPTIONS } from '../../api/subscriptions.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { formatNumber } from '../../labels/format.js';
import {
  NEW_SUBSCRIPTION,
  TARGET_KINDS,
  reportName,
  scheduleName,
  subscriptionAddress,
  targetAddress,
} from '../../labels/subscriptions.js';
import { StateMark } from './state-mark.js';

const COLUMNS: readonly Column[] = [
  ['Name'],
  ['State'],
  ['When', 'wide-only'],
  ['Where to', 'wide-only'],
  ['Waiting', 'number wide-only'],
  ['Given up', 'number'],
];

/** All subscriptions, with their states. */
export function SubscriptionsPage() {
  const isAdmin = useIsAdmin();
  const list = useResource<SubscriptionList>(SUBSCRIPTIONS);
  return (
    <>
      <header class="head">
        <div>
          <Title title="Subscriptions" />
          <p>What changes in a report, sent to a webhook, to Slack or by e-mail.</p>
        </div>
        {isAdmin && (
          <Link class="button main-action" href={NEW_SUBSCRIPTION}>
            <span>
              New<span class="wide-word"> subscription</span>
            </span>
          </Link>
        )}
      </header>
      <section class="panel" aria-label="All subscriptions">
        <Shown of={list}>
          {({ subscriptions: all }) =>
            all.length > 0 ? <Subscriptions all={all} /> : <None isAdmin={isAdmin} />
          }
        </Shown>
      </section>
    </>
  );
}

function None({ isAdmin }: { isAdmin: boolean }) {
  return (
    <Empty>
      <p>
        <strong>There are no subscriptions yet.</strong>
      </p>
      <p>
        {isAdmin
          ? 'Create one here, or with the button “Subscribe” on the page of a report.'
          : 'An administrator can create them.'}
      </p>
    </Empty>
  );
}

function Subscriptions({ all }: { all: readonly Subscription[] }) {
  return (
    <Table name="Subscriptions" columns={COLUMNS}>
      {all.map((one) => (
        <tr key={one.id}>
          <th scope="row">
            <Link href={subscriptionAddress(one.id)}>
              <bdi>{one.name}</bdi>
            </Link>
            <span class="soft small block-line">{reportName(one.report, one.interval)}</span>
          </th>
          <td>
            <StateMark of={one} />
          </td>
          <td class="wide-only">{scheduleName(one.schedule)}</td>
          <td class="wide-only">
            {TARGET_KINDS[one.target.kind]}
            <span class="soft small block-line">
              <bdi class="id">{targetAddress(one.target)}</bdi>
            </span>
          </td>
          <td class="number wide-only">{formatNumber(one.waiting)}</td>
          <td class="number">
            {one.given_up > 0 ? (
              <span class="mark bad">{formatNumber(one.given_up)}</span>
            ) : (
              formatNumber(0)
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
