import type { CreatedSubscription } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useIsAdmin } from '../../api/session.js';
import { Link } from '../../routing/link.js';
import { navigate, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { subscriptionAddress } from '../../labels/subscriptions.js';
import { newDraft } from './draft.js';
import { SubscriptionForm } from './form.js';
import { OnlyAdmins } from '../../components/only-admins.js';
import { Secret } from './secret.js';

/** The form for a new subscription, and the secret of the created one. */
export function NewSubscriptionPage({ place }: { place: Place }) {
  const isAdmin = useIsAdmin();
  const [made, setMade] = useState<CreatedSubscription>();
  const created = (one: CreatedSubscription) =>
    one.secret === null ? navigate(subscriptionAddress(one.id)) : setMade(one);
  return (
    <>
      <header class="head">
        <div>
          <Title title="New subscription" />
          <p>What changes in a report is sent where you want it.</p>
        </div>
      </header>
      {!isAdmin ? (
        <OnlyAdmins />
      ) : made?.secret ? (
        <section class="panel" aria-label="The secret">
          <p>
            <strong>
              <bdi>{made.name}</bdi> is created.
            </strong>
          </p>
          <Secret secret={made.secret} />
          <p>
            <Link class="button main-action" href={subscriptionAddress(made.id)}>
              I have copied it
            </Link>
          </p>
        </section>
      ) : (
        <SubscriptionForm first={newDraft(place)} onCreated={created} />
      )}
    </>
  );
}
