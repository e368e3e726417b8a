import { useIsAdmin } from '../../api/session.js';
import type { Place } from '../../routing/location.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { DeadLetters } from './dead-letters.js';
import { ExcludedPanel } from './excluded-panel.js';
import { Keys } from './keys.js';
import { Runs } from './runs.js';
import { Sessions } from './sessions.js';
import { Sources } from './sources-panel.js';

/** Sources, report runs, rejected events and, for administrators, API keys and sessions. */
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
      {isAdmin && <Keys />}
      {isAdmin && <Sessions />}
    </>
  );
}
