import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import {
  AuditLog,
  Instance,
  SETTINGS,
  SYSTEM_ACTOR,
  readPublicUrl,
  type Settings,
} from '#libs/platform';
import { removeAddress } from './unsubscribe.store.js';

/** The parts of an unsubscribe link. */
export interface UnsubscribeLink {
  subscription: string;
  address: string;
  token: string;
}

/** Creates and checks links that remove an address from a subscription without a sign-in. */
@Injectable()
export class Unsubscribing {
  private readonly base: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly audit: AuditLog,
    @Inject(SETTINGS) { PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>,
  ) {
    this.base = PUBLIC_URL === undefined ? undefined : readPublicUrl(PUBLIC_URL).href;
  }

  /** The link for an address; undefined without PUBLIC_URL, which it begins with. */
  async urlOf(subscription: string, address: string): Promise<string | undefined> {
    if (this.base === undefined) return undefined;
    const token = await this.tokenOf(subscription, address);
    const query = new URLSearchParams({ subscription, address, token }).toString();
    return `${this.base}unsubscribe?${query}`;
  }

  /** Whether this store created a link. Reads nothing of the subscription, so the answer reveals nothing about it. */
  async isValid({ subscription, address, token }: UnsubscribeLink): Promise<boolean> {
    const expected = Buffer.from(await this.tokenOf(subscription, address));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Removes the address of a valid link, if it is still there. The last address ends the subscription. */
  async unsubscribe({ subscription, address }: UnsubscribeLink): Promise<void> {
    const isRemoved = await this.database.transaction((db) =>
      removeAddress(db, subscription, address),
    );
    if (!isRemoved) return;
    await this.audit.record({
      ...{ actor: SYSTEM_ACTOR, action: 'subscription.changed', target: subscription },
      details: { change: 'a recipient unsubscribed' },
    });
  }

  private async tokenOf(subscription: string, address: string): Promise<string> {
    const key = await this.instance.inviteeHashKey(this.database.pool);
    // A key of its own, so that neither these tokens nor the hashes of invitees can be used as the other.
    const ownKey = createHmac('sha256', key).update('insightd unsubscribe links').digest();
    const text = JSON.stringify([subscription, address]);
    return createHmac('sha256', ownKey).update(text).digest('base64url');
  }
}
