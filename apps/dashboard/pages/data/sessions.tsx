import { useState } from 'preact/hooks';
import { send, type Failure } from '../../api/client.js';
import { useSession } from '../../api/session.js';

/** Lets an administrator sign everyone out, the administrator included. */
export function Sessions() {
  const { retry } = useSession();
  const [isAsking, setIsAsking] = useState(false);
  const [message, setMessage] = useState('');
  const endAll = async () => {
    try {
      await send('DELETE', '/api/admin/v1/sessions');
      retry();
    } catch (error) {
      setMessage((error as Failure).message);
    }
  };
  return (
    <section class="panel" aria-labelledby="sessions">
      <header>
        <h2 id="sessions">Sessions</h2>
      </header>
      <p class="soft">
        A session lasts 12 hours. Ending all sessions signs out everyone, you included; API keys
        keep working.
      </p>
      <p class="bar">
        {isAsking ? (
          <>
            <button type="button" class="button" onClick={() => void endAll()}>
              Yes, sign out everyone
            </button>
            <button type="button" class="button plain" onClick={() => setIsAsking(false)}>
              Cancel
            </button>
          </>
        ) : (
          <button type="button" class="button" onClick={() => setIsAsking(true)}>
            End all sessions
          </button>
        )}
        <span role="status" class="small soft">
          {message}
        </span>
      </p>
    </section>
  );
}
