import { useState } from 'preact/hooks';
import type { Failure } from '../api/client.js';
import { useResource } from '../api/resource.js';
import { useSession, type SignInOptions } from '../api/session.js';
import { Sign } from '../components/icons.js';
import { outside } from '../routing/base.js';
import { addressOf, placeNow } from '../routing/location.js';
import { Title } from '../routing/title.js';

/** Shown at every address until the reader has signed in. */
export function SignInPage({ message }: { message?: string | undefined }) {
  const { signIn } = useSession();
  // Without the options, a key can still be used.
  const { data: options } = useResource<SignInOptions>('/session/options');
  const [key, setKey] = useState('');
  const [refusal, setRefusal] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal('');
    await signIn(key.trim()).catch(({ message: why }: Failure) => {
      setRefusal(why);
      setBusy(false);
    });
  };
  return (
    <main class="sign-in">
      <form class="panel" onSubmit={(event) => void submit(event)}>
        <p class="brand">
          <Sign /> insightd
        </p>
        <Title title="Sign in" place="sign-in">
          Sign in
        </Title>
        {message !== undefined && refusal === '' && <p role="status">{message}</p>}
        {options?.oidc && (
          <>
            <a
              class="button main-action"
              href={outside(addressOf(`/${options.oidc.path}`, { return_to: placeNow() }))}
            >
              Sign in with {options.oidc.label}
            </a>
            <p class="soft small">Or with a key:</p>
          </>
        )}
        <label for="key">API key</label>
        <input
          id="key"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          value={key}
          aria-describedby="key-help"
          aria-invalid={refusal !== ''}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <p id="key-help" class="soft small">
          A key with the scope <code>read</code>. With <code>admin</code> you can also make reports
          and see rejected events. This command creates a key:
          <code class="command">insightd keys create --name me --scopes read</code>
        </p>
        <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
        <button
          type="submit"
          class={options?.oidc ? 'button' : 'button main-action'}
          aria-disabled={busy}
        >
          {busy ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
