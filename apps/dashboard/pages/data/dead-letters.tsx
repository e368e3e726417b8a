import type { DeadLetterList, ReplayReply } from '#libs/contracts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../../api/client.js';
import { useResource } from '../../api/resource.js';
import { Action, useAttempt } from '../../components/action.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { Link } from '../../routing/link.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { formatMebibytes, formatMoment, formatNumber } from '../../labels/format.js';

const COLUMNS: readonly Column[] = [
  ['Event'],
  ['Why'],
  ['Last attempt', 'number wide-only'],
  ['Attempts', 'number wide-only'],
];

const LETTERS = '/api/admin/v1/dead_letters';
const AT_ONCE = 25;

/** The rejected events with the reasons. Only for administrators, since they contain the sent data. */
export function DeadLetters({ place, isAdmin }: { place: Place; isAdmin: boolean }) {
  return (
    <section class="panel" aria-labelledby="letters">
      <header>
        <h2 id="letters">Rejected events</h2>
      </header>
      {isAdmin ? (
        <Letters place={place} />
      ) : (
        <Empty>
          Sign in with a key that has the scope <code>admin</code> to see them.
        </Empty>
      )}
    </section>
  );
}

function Letters({ place }: { place: Place }) {
  const before = place.query.get('letters_before') ?? undefined;
  const letters = useResource<DeadLetterList>(addressOf(LETTERS, { limit: AT_ONCE, before }));
  return (
    <Shown of={letters}>
      {({ dead_letters: shown, next_before: next, stored_bytes: stored, max_bytes: max }) => (
        <>
          {shown.length === 0 ? (
            <Empty>
              {before === undefined
                ? 'There are none: every event could be used.'
                : 'There are no earlier ones.'}
            </Empty>
          ) : (
            <>
              <p class="soft small">
                All rejected events take {formatMebibytes(stored)} of {formatMebibytes(max)}; beyond
                that, those sent longest ago are dropped.
              </p>
              <Replay onEnd={letters.reload} />
              <LettersTable letters={shown} />
            </>
          )}
          <p class="bar">
            {before !== undefined && (
              <Link class="button" href={changed(place, { letters_before: undefined })}>
                Latest
              </Link>
            )}
            {next !== null && (
              <Link class="button" href={changed(place, { letters_before: next })}>
                Earlier events
              </Link>
            )}
          </p>
        </>
      )}
    </Shown>
  );
}

/** Replays all rejected events: request after request until none remain. */
function Replay({ onEnd }: { onEnd: () => void }) {
  const { words, say, attempt } = useAttempt();
  const [isBusy, setIsBusy] = useState(false);
  const isLeft = useRef(false);
  useEffect(() => () => void (isLeft.current = true), []);
  const replay = () =>
    attempt('Trying again …', async () => {
      setIsBusy(true);
      try {
        const { accepted, rejected } = await replayAll(say, () => isLeft.current);
        return `${formatNumber(accepted)} could be used now, ${formatNumber(rejected)} still could not.`;
      } finally {
        setIsBusy(false);
        onEnd();
      }
    });
  return <Action words={words} label="Try all again" isBusy={isBusy} onAct={replay} />;
}

/** @param isLeft whether the reader has left the page, which ends the replay */
async function replayAll(say: (words: string) => void, isLeft: () => boolean) {
  const total = { accepted: 0, rejected: 0 };
  let cursor: string | null = null;
  do {
    const body: object = cursor === null ? {} : { cursor };
    const reply = (await (await send('POST', `${LETTERS}/replay`, body)).json()) as ReplayReply;
    total.accepted += reply.accepted;
    total.rejected += reply.rejected.length;
    cursor = reply.cursor;
    if (cursor !== null) say(`Trying again … ${formatNumber(reply.remaining)} left.`);
  } while (cursor !== null && !isLeft());
  return total;
}

function LettersTable({ letters }: { letters: DeadLetterList['dead_letters'] }) {
  return (
    <Table name="Rejected events" columns={COLUMNS}>
      {letters.map((letter) => (
        <tr key={letter.id}>
          <th scope="row">
            <bdi>{letter.type ?? 'no type'}</bdi>
            <span class="soft small block-line">
              <bdi class="id">{letter.event_id ?? 'no id'}</bdi> from <bdi>{letter.source}</bdi>
            </span>
          </th>
          <td>
            <ul>
              {Object.entries(letter.errors).map(([field, messages]) => (
                <li key={field}>
                  <code>{field}</code> <bdi>{messages.join('; ')}</bdi>
                </li>
              ))}
            </ul>
          </td>
          <td class="number wide-only">{formatMoment(letter.last_at)}</td>
          <td class="number wide-only">{formatNumber(letter.attempts)}</td>
        </tr>
      ))}
    </Table>
  );
}
