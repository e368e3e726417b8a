import { useIsAdmin } from '../../api/session.js';
import type { Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { DeadLetters } from './dead-letters.js';
import { Runs } from './runs.js';
import { Sessions } from './sessions.js';
import { Sources } from './sources-panel.js';

/** Where the facts come from, what was refused, and when reports were made of them. */
export function DataPage({ place }: { place: Place }) {
  const isAdmin = useIsAdmin();
  return (
    <>
      <header class="head">
        <div>
          <Title title="Data" />
          <p>Where the facts come from, and when reports were made of them.</p>
        </div>
      </header>
      <Sources isAdmin={isAdmin} />
      <Runs place={place} isAdmin={isAdmin} />
      <DeadLetters place={place} isAdmin={isAdmin} />
      {isAdmin && <Sessions />}
    </>
  );
}
