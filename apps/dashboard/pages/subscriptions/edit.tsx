import type { Subscription } from '#libs/contracts';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { subscriptionPath } from '../../api/subscriptions.js';
import { Shown } from '../../components/states.js';
import { Title } from '../../routing/title.js';
import { draftOf } from './draft.js';
import { SubscriptionForm } from './form.js';
import { OnlyAdmins } from '../../components/only-admins.js';

/** The form that changes a subscription. */
export function EditSubscriptionPage({ id }: { id: string }) {
  const isAdmin = useIsAdmin();
  const subscription = useResource<Subscription>(subscriptionPath(id));
  return (
    <>
      <header class="head">
        <Title title="Edit the subscription" />
      </header>
      {isAdmin ? (
        <Shown of={subscription}>{(of) => <SubscriptionForm first={draftOf(of)} of={of} />}</Shown>
      ) : (
        <OnlyAdmins />
      )}
    </>
  );
}
