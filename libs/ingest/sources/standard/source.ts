import { isObject } from '#libs/contracts';
import { withPlainData } from '../../cloud-events.js';
import { mayBeStandard, standardSecretProblem, verifyStandard } from '../signed.js';
import type { Translation, WebhookSource } from '../source.js';

/** Standard Webhooks around our native events: one of them, or an array. */
export const source: WebhookSource = {
  name: 'standard',
  secretProblem: standardSecretProblem,
  mayBeProven: mayBeStandard,
  verify: verifyStandard,
  typeOf: (body) => {
    if (Array.isArray(body)) return 'batch';
    return isObject(body) && typeof body.type === 'string' ? body.type : undefined;
  },
  translate: ({ body }): Translation => ({ events: eventsOf(body) }),
  inviteesOf: (body) =>
    eventsOf(body).map((event) =>
      isObject(event) && isObject(event.data) ? event.data.invitee_email : undefined,
    ),
};

function eventsOf(body: unknown): readonly unknown[] {
  const events: unknown[] = Array.isArray(body) ? body : [body];
  return events.map(withPlainData);
}
