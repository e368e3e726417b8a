import type { Subscription } from '#libs/contracts';
import { STATES } from '../../labels/subscriptions.js';

export function StateMark({ of: { state } }: { of: Pick<Subscription, 'state'> }) {
  const { name, look } = STATES[state];
  return <span class={`mark ${look}`}>{name}</span>;
}
