import { send } from '../../api/client.js';
import { useResource } from '../../api/resource.js';
import { Action, useAttempt } from '../../components/action.js';
import { Empty, Shown } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { addressOf, changed, type Place } from '../../routing/location.js';
import { formatMebibytes, formatMoment, formatNumber } from '../../labels/format.js';

const LETTERS = '/api/admin/v1/dead_letters';
const AT_ONCE = 25;

/** A rejected event. */
interface DeadLetter {
  id: string;
  source: string;
  event_id: string | null;
  type: string | null;
  /** Field → messages. */
  errors: Record<string, string[]>;
  attempts: number;
  /** Unix seconds. */
  last_at: number;
}

interface DeadLetterList {
  dead_letters: DeadLetter[];
  stored_bytes: number;
  max_bytes: number;
}

/** Events that could not be used, and why; only for administrators, since they show what was sent. */
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
      {({ dead_letters: shown, stored_bytes: stored, max_bytes: max }) => (
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
            {shown.length === AT_ONCE && (
              <Link class="button" href={changed(place, { letters_before: shown.at(-1)!.id })}>
                Earlier ones
              </Link>
            )}
          </p>
        </>
      )}
    </Shown>
  );
}

/** Tries all of them again, once the cause is fixed. */
function Replay({ onEnd }: { onEnd: () => void }) {
  const { words, attempt } = useAttempt();
  const replay = () =>
    attempt('Trying again …', async () => {
      const reply = await send('POST', `${LETTERS}/replay`, {});
      const { accepted, rejected } = (await reply.json()) as {
        accepted: number;
        rejected: unknown[];
      };
      onEnd();
      return `${formatNumber(accepted)} could be used now, ${formatNumber(rejected.length)} still could not.`;
    });
  return <Action words={words} label="Try all again" onAct={replay} />;
}

function LettersTable({ letters }: { letters: readonly DeadLetter[] }) {
  return (
    <div class="scroll">
      <table>
        <caption class="unseen">Rejected events</caption>
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Why</th>
            <th scope="col" class="number wide-only">
              Last attempt
            </th>
            <th scope="col" class="number wide-only">
              Attempts
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
  );
}
