import type { Delivery, DeliveryPage } from '#libs/contracts';
import { useIsAdmin } from '../../api/session.js';
import { replayDelivery } from '../../api/subscriptions.js';
import { Action, useAttempt } from '../../components/action.js';
import { Pager } from '../../components/pager.js';
import { Empty } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { changed, type Place } from '../../routing/location.js';
import { formatMoment, formatNumber } from '../../labels/format.js';
import { DELIVERY_STATES } from '../../labels/subscriptions.js';

const COLUMNS: readonly Column[] = [
  ['Stored'],
  ['Message'],
  ['State'],
  ['Attempts', 'number wide-only'],
];

interface Props {
  id: string;
  place: Place;
  /** From 1. */
  page: number;
  data: DeliveryPage;
  onChanged: () => void;
}

/** The messages of a subscription, the last first. */
export function Deliveries({ id, place, page, data, onChanged }: Props) {
  const { deliveries, total_count: total, page_size: pageSize } = data;
  if (total === 0) return <Empty>Nothing was sent yet.</Empty>;
  return (
    <>
      <Table name="Deliveries" columns={COLUMNS}>
        {deliveries.map((one) => (
          <tr key={one.id}>
            <th scope="row">{formatMoment(one.created_at)}</th>
            <td>
              <Message of={one} />
            </td>
            <td>
              <State of={one} />
              {one.state === 'given_up' && <Replay {...{ id, onChanged }} of={one} />}
            </td>
            <td class="number wide-only">{formatNumber(one.attempts)}</td>
          </tr>
        ))}
      </Table>
      <Pager
        page={page}
        pageSize={pageSize}
        total={total}
        addressOf={(to) => changed(place, { page: to === 1 ? undefined : to })}
      />
    </>
  );
}

/** What a message says, and the reports that it compares. */
function Message({ of: { kind, counts, rebased, part, from, to } }: { of: Delivery }) {
  const words =
    kind === 'test'
      ? 'a test'
      : rebased || !counts
        ? 'other conditions: read the list again'
        : `${formatNumber(counts.entered)} entered, ${formatNumber(counts.left)} left`;
  return (
    <>
      {words}
      {part && ` (part ${part.number} of ${part.of})`}
      {from && to && (
        <span class="soft small block-line wide-only">
          {formatMoment(from.report_time)} to {formatMoment(to.report_time)}
        </span>
      )}
    </>
  );
}

function State({ of }: { of: Delivery }) {
  const { name, look } = DELIVERY_STATES[of.state];
  return (
    <>
      <span class={`mark ${look}`}>{name}</span>
      {of.state !== 'delivered' && of.error !== null && (
        <bdi class="small block-line id">{of.error}</bdi>
      )}
      {of.state === 'waiting' && of.next_attempt_at !== null && (
        <span class="soft small block-line">next {formatMoment(of.next_attempt_at)}</span>
      )}
    </>
  );
}

function Replay({ id, of, onChanged }: Pick<Props, 'id' | 'onChanged'> & { of: Delivery }) {
  const { words, attempt } = useAttempt();
  if (!useIsAdmin()) return null;
  const replay = () =>
    attempt('Sending …', async () => {
      await replayDelivery(id, of.id);
      onChanged();
    });
  return (
    <Action
      words={words}
      label="Send again"
      name={`Send the message of ${formatMoment(of.created_at)} again`}
      onAct={replay}
    />
  );
}
