import type { KeyList } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { send, type Failure } from '../../api/client.js';
import { useResource } from '../../api/resource.js';
import { KeyMaker } from '../../components/key-maker.js';
import { Empty, Shown } from '../../components/states.js';
import { dayOf, formatDay } from '../../labels/format.js';

const KEYS = '/api/admin/v1/keys';
type Key = KeyList['keys'][number];

/** Lists, creates and revokes API keys. Only for administrators. */
export function Keys() {
  const keys = useResource<KeyList>(KEYS);
  return (
    <section class="panel" aria-labelledby="keys">
      <header>
        <h2 id="keys">API keys</h2>
      </header>
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
      <h3>Create a key</h3>
      <KeyMaker onMade={keys.reload} />
    </section>
  );
}

function KeysTable({ keys, onEnd }: { keys: readonly Key[]; onEnd: () => void }) {
  return (
    <div class="scroll">
      <table>
        <caption class="unseen">API keys</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Scopes</th>
            <th scope="col" class="number wide-only">
              Made
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.key_id}>
              <th scope="row">
                <bdi class="id">{key.name}</bdi>
                <span class="soft small block-line">
                  <code class="id">{key.key_id}</code>
                </span>
              </th>
              <td>{key.scopes.join(', ')}</td>
              <td class="number wide-only">{formatDay(dayOf(key.created_at))}</td>
              <td>
                {key.revoked_at === null ? (
                  <Revoke of={key} onEnd={onEnd} />
                ) : (
                  <span class="mark">revoked {formatDay(dayOf(key.revoked_at))}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
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
