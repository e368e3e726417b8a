import type { SourceState } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { Copied } from '../../components/copied.js';
import { KeyMaker } from '../../components/key-maker.js';
import { SERVICE, outside } from '../../routing/base.js';
import { Link } from '../../routing/link.js';
import { ANY_KEY, IMPORT_COMMANDS, KEY_COMMAND, sendCommand, trackCode } from './commands.js';
import { WebhookList } from './webhooks.js';

/** Shown instead of the overview while the store is empty. @param onCheck checks for data again */
export function Guide({ onCheck }: { onCheck: () => void }) {
  const sources = useResource<{ sources: SourceState[] }>('/api/insights/v1/sources');
  const hasHeard = sources.data?.sources.some(({ last_event_at: at }) => at !== null);
  return (
    <div class="block">
      <section class="panel" aria-labelledby="no-data">
        <h2 id="no-data">There is no data yet</h2>
        <p>
          This store has no users and no organizations, so there is nothing to report on. Send your
          data in one of the ways below. Reports are made on a schedule; an administrator can make
          them at once on the page <Link href="/data">Data</Link>.
        </p>
        {hasHeard && (
          <p class="warning">
            Events have arrived, but none created a user or an organization. The page{' '}
            <Link href="/data">Data</Link> shows what was rejected and why.
          </p>
        )}
        <p>
          <button type="button" class="button" onClick={onCheck}>
            Check again
          </button>
        </p>
      </section>
      <Steps />
    </div>
  );
}

/** The ways to send data, with commands and addresses to copy. */
export function Steps() {
  const isAdmin = useIsAdmin();
  const [key, setKey] = useState(ANY_KEY);
  return (
    <div class="block">
      <section class="panel" aria-labelledby="step-key">
        <h2 id="step-key">1. Create a key for your app</h2>
        {isAdmin ? (
          <KeyMaker onMade={(made) => made.scopes.includes('ingest') && setKey(made.key)} />
        ) : (
          <>
            <p>Ask an administrator for a key with the scope ingest, or run on the server:</p>
            <Copied name="the command that creates a key" text={KEY_COMMAND} />
          </>
        )}
      </section>
      <section class="panel" aria-labelledby="step-send">
        <h2 id="step-send">2. Send events</h2>
        <p>
          {key === ANY_KEY
            ? 'This sends a user, an organization and a day of activity. Replace YOUR_KEY with your key:'
            : 'This sends a user, an organization and a day of activity, with the key you created:'}
        </p>
        <Copied name="the command that sends events" text={sendCommand(SERVICE, key)} />
        <p>Libraries for Segment’s tracking API use this address, and the key as write key:</p>
        <Copied name="the code of a tracking library" text={trackCode(SERVICE, key)} />
        <p class="small soft">
          All events and endpoints are described on <a href={outside('/docs')}>the API page</a>.
        </p>
      </section>
      <section class="panel" aria-labelledby="step-webhooks">
        <h2 id="step-webhooks">Or let your sign-in service send webhooks</h2>
        <WebhookList />
      </section>
      <section class="panel" aria-labelledby="step-past">
        <h2 id="step-past">Import past data</h2>
        <p>
          Run these commands on the server, with CSV files from your database. In a clone, write{' '}
          <code>npm run insightd --</code> instead of <code>insightd</code>.
        </p>
        <Copied name="the commands that import files" text={IMPORT_COMMANDS} />
      </section>
    </div>
  );
}
