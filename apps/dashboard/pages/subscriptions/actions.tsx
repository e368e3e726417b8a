import type { DeliveryPage, Subscription, SubscriptionSecret } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { get } from '../../api/client.js';
import { useIsAdmin } from '../../api/session.js';
import {
  bodyOf,
  changeSubscription,
  removeSubscription,
  rotateSecret,
  subscriptionPath,
  testSubscription,
} from '../../api/subscriptions.js';
import { useAttempt } from '../../components/action.js';
import { Link } from '../../routing/link.js';
import { navigate } from '../../routing/location.js';
import { formatMoment } from '../../labels/format.js';
import { subscriptionAddress } from '../../labels/subscriptions.js';
import { Secret } from './secret.js';

interface Props {
  of: Subscription;
  onChanged: () => void;
}

const QUESTIONS = {
  delete: 'Deliveries that wait are not sent any more, and the list of deliveries is removed.',
  rotate: 'The receiver needs the new secret. Until then it can verify with the old one for a day.',
} as const;
const NAMES = { delete: 'Delete', rotate: 'New secret' } as const;

/** What an administrator can do with a subscription. */
export function Actions({ of, onChanged }: Props) {
  const [question, setQuestion] = useState<keyof typeof QUESTIONS>();
  const [secret, setSecret] = useState<SubscriptionSecret>();
  const { words, say, attempt } = useAttempt();
  if (!useIsAdmin()) return null;
  const pause = (paused: boolean) =>
    attempt('Saving …', async () => {
      await changeSubscription(of.id, { ...bodyOf(of), paused });
      onChanged();
      return paused ? 'Paused.' : 'It is active again.';
    });
  const test = () =>
    attempt('Sending …', async () => {
      const result = await sendTest(of.id);
      onChanged();
      return result;
    });
  const act = (what: keyof typeof QUESTIONS) => {
    setQuestion(undefined);
    return attempt('Saving …', async () => {
      if (what === 'delete') {
        await removeSubscription(of.id);
        return navigate('/subscriptions');
      }
      setSecret(await rotateSecret(of.id));
      say('');
    });
  };
  const button = (name: string, onClick: () => unknown) => (
    <button type="button" class="button" onClick={onClick}>
      {name}
    </button>
  );
  return (
    <>
      <div class="bar">
        {button('Send a test', test)}
        {of.state === 'active'
          ? button('Pause', () => pause(true))
          : button('Resume', () => pause(false))}
        <Link class="button" href={`${subscriptionAddress(of.id)}/edit`}>
          Edit
        </Link>
        {of.target.kind === 'webhook' && button('New secret', () => setQuestion('rotate'))}
        {button('Delete', () => setQuestion('delete'))}
        <span role="status" class="small soft">
          {words}
        </span>
      </div>
      {question && (
        <div class="bar confirm" role="group" aria-label={NAMES[question]}>
          <span class="small">{QUESTIONS[question]}</span>
          <button type="button" class="button" autofocus onClick={() => setQuestion(undefined)}>
            Cancel
          </button>
          <button type="button" class="button danger" onClick={() => void act(question)}>
            {question === 'delete' ? 'Delete the subscription' : 'Make a new secret'}
          </button>
        </div>
      )}
      {secret && (
        <>
          <Secret secret={secret.secret} />
          <p class="small soft">
            Messages carry the signatures of both secrets until{' '}
            {formatMoment(secret.previous_until)}.
          </p>
        </>
      )}
    </>
  );
}

const LOOK_MS = 500;
const LOOKS = 40;

/** Sends a test message and waits for its result. @throws Failure */
async function sendTest(id: string): Promise<string> {
  let sent = await testSubscription(id);
  for (let look = 0; sent.attempts === 0 && sent.state === 'waiting' && look < LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const { deliveries } = await get<DeliveryPage>(`${subscriptionPath(id)}/deliveries`);
    sent = deliveries.find((one) => one.id === sent.id) ?? sent;
  }
  if (sent.state === 'delivered') {
    return sent.status === null ? 'The test was sent.' : `The test was sent: ${sent.status}.`;
  }
  return sent.error === null
    ? 'The test still waits: see the deliveries.'
    : `The test failed: ${sent.error}`;
}
