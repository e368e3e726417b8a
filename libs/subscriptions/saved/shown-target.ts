import type { Subscription, SubscriptionTarget } from '#libs/contracts';

/**
 * A target as a reply shows it. URLs of webhooks often contain a secret.
 * @param isAdmin otherwise a URL ends after its host, and addresses keep only their domain
 */
export function shownTarget(target: SubscriptionTarget, isAdmin: boolean): Subscription['target'] {
  if (isAdmin) return target;
  if (target.kind === 'email')
    return {
      kind: 'email',
      to: target.to.map((address) => `…${address.slice(address.indexOf('@'))}`),
    };
  return { kind: target.kind, url: new URL(target.url).origin };
}
