import { createHash } from 'node:crypto';
import type { Contact } from '../contacts.service.js';
import type { Digest } from '../digest/digest.js';
import { isolated } from '../digest/plain.js';

/** The rows of an e-mail. More would be over the 102 KB at which mail clients cut it off. */
export const MAIL_ROWS = 100;

/** The end of an e-mail: why the reader gets it, and how to stop it. */
export interface Ending {
  reason: string;
  advice: string;
  /** Removes the address of the reader; undefined without PUBLIC_URL. */
  url?: string | undefined;
}

export function endingOf({ name }: Digest, unsubscribe: string | undefined): Ending {
  const subscription = `“${isolated(name)}”`;
  return {
    reason: `You receive this e-mail because of the subscription ${subscription} of insightd.`,
    advice:
      unsubscribe === undefined
        ? 'To stop it, ask an administrator of insightd to remove your address from the subscription.'
        : 'Unsubscribe:',
    url: unsubscribe,
  };
}

/** "3 organizations went quiet, 1 came back - Acme weekly". */
export function subjectOf({ headline, name }: Digest): string {
  return `${headline} - ${isolated(name)}`;
}

/** "owner Ann Lee <ann@acme.example>, last active 5 Jan 2026". */
export function contactLine({ role, name, email, lastActive }: Contact): string {
  const who = email === '' || email === name ? isolated(name) : `${isolated(name)} <${email}>`;
  return `${role} ${who}${lastActive === undefined ? '' : `, last active ${lastActive}`}`;
}

/**
 * The Message-ID of a delivery to an address: the same at every attempt, so that mail servers and clients recognize a
 * message that arrives twice.
 */
export function messageId(deliveryId: string, address: string, from: string): string {
  const recipient = createHash('sha256').update(address).digest('hex').slice(0, 16);
  return `<${deliveryId}.${recipient}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
