import type { CreatedKey, Scope } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { send, type Failure } from '../api/client.js';
import { Copied } from './copied.js';

const SCOPES: Record<Scope, string> = {
  ingest: 'send events',
  track: 'only the tracking API: neither creates nor deletes',
  erase: 'only deletions',
  read: 'read reports and sign in here',
  admin: 'administer: keys, runs, rejected events, subscriptions',
};

/** Creates an API key and shows it once. @param onMade called with the key */
export function KeyMaker({ onMade }: { onMade: (made: CreatedKey) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['ingest']);
  const [expiry, setExpiry] = useState('');
  const [made, setMade] = useState<CreatedKey>();
  const [refusal, setRefusal] = useState('');
  const make = async (event: Event) => {
    event.preventDefault();
    setRefusal('');
    try {
      const reply = await send('POST', '/api/admin/v1/keys', {
        ...{ name, scopes },
        ...(expiry !== '' && { expires_at: expiry }),
      });
      const key = (await reply.json()) as CreatedKey;
      setMade(key);
      setName('');
      onMade(key);
    } catch (error) {
      setRefusal((error as Failure).message);
    }
  };
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  return (
    <form class="block key-maker" onSubmit={(event) => void make(event)}>
      <label class="field">
        <span>Name of the key</span>
        <input
          value={name}
          required
          maxLength={100}
          placeholder="my app"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <fieldset class="bar">
        <legend class="small soft">Scopes</legend>
        {Object.entries(SCOPES).map(([scope, meaning]) => (
          <label key={scope} class="field">
            <input
              type="checkbox"
              checked={scopes.includes(scope as Scope)}
              onChange={() => toggle(scope as Scope)}
            />
            <span>
              <code>{scope}</code>: {meaning}
            </span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>Expires on</span>
        <input
          type="date"
          value={expiry}
          onInput={({ currentTarget }) => setExpiry(currentTarget.value)}
        />
        <span>empty: never</span>
      </label>
      <button type="submit" class="button main-action">
        Create key
      </button>
      <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
      <div role="status">
        {made && (
          <>
            <p>
              The key “<bdi>{made.name}</bdi>” is shown only once. Copy it now:
            </p>
            <Copied name="the key" text={made.key} />
          </>
        )}
      </div>
    </form>
  );
}
