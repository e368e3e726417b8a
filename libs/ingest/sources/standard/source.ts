import { isObject, type EventType } from '#libs/contracts';
import { inviteesIn } from '../../dead-letters/addresses.js';
import { withPlainData } from '../../http/cloud-events.js';
import { mayBeStandard, standardSecretProblem, verifyStandard } from '../signed.js';
import type { Translation, WebhookSource } from '../source.js';
import { textMember } from '../event-builders.js';

/** Native events in Standard Webhooks: one event or an array per message. */
export const source: WebhookSource = {
  name: 'standard',
  isNative: true,
  secretProblem: standardSecretProblem,
  mayBeProven: mayBeStandard,
  verify: verifyStandard,
  typeOf: (body) => {
    if (Array.isArray(body)) return 'batch';
    return isObject(body) && typeof body.type === 'string' ? body.type : undefined;
  },
  plain: (body) => {
    const isEncoded = eventsOf(body).some((event) => isObject(event) && 'data_base64' in event);
    if (!isEncoded) return body;
    return Array.isArray(body) ? body.map(withPlainData) : withPlainData(body);
  },
  translate: ({ body }): Translation => ({ events: eventsOf(body) }),
  inviteesOf: (body) =>
    eventsOf(body).flatMap((event) => inviteesIn(event, textMember(event, 'type') === INVITATION)),
};

const INVITATION = 'user.invited_to_org' satisfies EventType;

function eventsOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}
