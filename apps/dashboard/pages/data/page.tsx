import { useIsAdmin } from '../../api/session.js';
import type { Place } from '../../routing/location.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { DeadLetters } from './dead-letters.js';
import { ExcludedPanel } from './excluded-panel.js';
import { Runs } from './runs.js';
import { Sessions } from './sessions.js';
import { Sources } from './sources-panel.js';

/** Sources, report runs, rejected events and, for administrators, access. */
export function DataPage({ place }: { place: Place }) {
  const isAdmin = useIsAdmin();
  return (
    <>
      <header class="head">
        <div>
          <Title title="Data" />
          <p>The sources of the data, the report runs and the rejected events.</p>
        </div>
        <Link class="button" href="/start">
          Connect a source
        </Link>
      </header>
      <Sources isAdmin={isAdmin} />
      <Runs place={place} isAdmin={isAdmin} />
      <ExcludedPanel isAdmin={isAdmin} />
      <DeadLetters place={place} isAdmin={isAdmin} />
      {isAdmin && <Access />}
      {isAdmin && <Sessions />}
    </>
  );
}

function Access() {
  return (
    <section class="panel" aria-labelledby="access">
      <header>
        <h2 id="access">Access</h2>
      </header>
      <p class="soft">
        Keys let applications send and read; the audit log says who signed in and what was changed.
      </p>
      <p class="bar">
        <Link class="button" href="/data/keys">
          API keys
        </Link>
        <Link class="button" href="/data/audit">
          Audit log
        </Link>
      </p>
    </section>
  );
}
