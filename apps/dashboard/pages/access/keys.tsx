import type { KeyList } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { send, type Failure } from '../../api/client.js';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { KeyMaker } from '../../components/key-maker.js';
import { OnlyAdmins } from '../../components/only-admins.js';
import { Empty, Shown } from '../../components/states.js';
import { Table, type Column } from '../../components/table.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { now } from '../../labels/clock.js';
import { dayOf, formatDay } from '../../labels/format.js';

const COLUMNS: readonly Column[] = [
  ['Name'],
  ['Scopes'],
  ['Created', 'number wide-only'],
  ['Last used', 'number wide-only'],
  ['Expires', 'number wide-only'],
  ['State'],
];

const KEYS = '/api/admin/v1/keys';
type Key = KeyList['keys'][number];

/** Lists, creates and revokes API keys. Only for administrators. */
export function KeysPage() {
  const isAdmin = useIsAdmin();
  return (
    <>
      <header class="head">
        <div>
          <Title title="API keys" />
          <p>For applications that send events or read reports, and for signing in here.</p>
        </div>
        <Link class="button" href="/data">
          Back to Data
        </Link>
      </header>
      {isAdmin ? <Keys /> : <OnlyAdmins />}
    </>
  );
}

function Keys() {
  const keys = useResource<KeyList>(KEYS);
  return (
    <>
      <section class="panel" aria-labelledby="create">
        <h2 id="create">Create a key</h2>
        <KeyMaker onMade={keys.reload} />
      </section>
      <section class="panel" aria-label="All keys">
        <Shown of={keys}>
          {({ keys: all }) =>
            all.length === 0 ? (
              <Empty>
                There are no stored keys. The key of the setting INSIGHTD_API_KEY is not listed.
              </Empty>
            ) : (
              <KeysTable keys={all} onEnd={keys.reload} />
            )
          }
        </Shown>
      </section>
    </>
  );
}

function KeysTable({ keys, onEnd }: { keys: readonly Key[]; onEnd: () => void }) {
  return (
    <Table name="API keys" columns={COLUMNS}>
      {keys.map((key) => (
        <tr key={key.key_id}>
          <th scope="row">
            <bdi class="id">{key.name}</bdi>
            <span class="soft small block-line">
              <code class="id">{key.key_id}</code>
            </span>
          </th>
          <td>{key.scopes.join(', ')}</td>
          {[key.created_at, key.last_used_at, key.expires_at].map((at, index) => (
            <td key={index} class="number wide-only">
              {at === null ? 'never' : formatDay(dayOf(at))}
            </td>
          ))}
          <td>
            <State of={key} onEnd={onEnd} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function State({ of: key, onEnd }: { of: Key; onEnd: () => void }) {
  const { revoked_at: revoked, expires_at: expires } = key;
  if (revoked !== null) return <span class="mark">revoked {formatDay(dayOf(revoked))}</span>;
  if (expires !== null && expires * 1000 <= now()) return <span class="mark care">expired</span>;
  return <Revoke of={key} onEnd={onEnd} />;
}

/** Revokes a key at the second press, since applications with this key stop working. */
function Revoke({ of: { key_id: id, name }, onEnd }: { of: Key; onEnd: () => void }) {
  const [isAsked, setIsAsked] = useState(false);
  const [refusal, setRefusal] = useState('');
  const press = async () => {
    if (!isAsked) return setIsAsked(true);
    setIsAsked(false);
    try {
      await send('DELETE', `${KEYS}/${encodeURIComponent(id)}`);
      onEnd();
    } catch (error) {
      setRefusal((error as Failure).message);
    }
  };
  return (
    <span class="bar">
      <button
        type="button"
        class={isAsked ? 'button danger' : 'button'}
        onClick={() => void press()}
        onBlur={() => setIsAsked(false)}
      >
        {isAsked ? 'Press again to revoke' : 'Revoke'}
        <span class="unseen"> the key {name}</span>
      </button>
      <span role="alert" class="small">
        {refusal}
      </span>
    </span>
  );
}
