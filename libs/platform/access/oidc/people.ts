import { Inject, Injectable } from '@nestjs/common';
import type { Scope } from '#libs/contracts';
import { SETTINGS, type Settings } from '../../config/index.js';
import type { Caller } from '../keys.service.js';
import { providerLabel } from './provider.js';
import { isListed } from '../../config/people-list.js';

/** A person who signed in by OpenID Connect. `email` is verified and in lower case. */
export interface Person {
  /** The provider that verified the address. */
  issuer: string;
  email: string;
  /** Null when the provider sends no name. */
  name: string | null;
}

/** Decides who may sign in by OpenID Connect, by the settings of this process. */
@Injectable()
export class People {
  constructor(
    @Inject(SETTINGS)
    private readonly settings: Pick<
      Settings,
      'OIDC_ISSUER' | 'OIDC_LABEL' | 'OIDC_ALLOWED' | 'OIDC_ADMINS'
    >,
  ) {}

  /** What the sign-in page offers; null without OpenID Connect. */
  offer(): { label: string; path: string } | null {
    if (this.settings.OIDC_ISSUER === undefined) return null;
    return { label: providerLabel(this.settings), path: 'session/oidc' };
  }

  /**
   * The rights of a person. Everyone in OIDC_ALLOWED has the scope `read`, everyone in OIDC_ADMINS also `admin`.
   * @returns undefined when the person may not sign in
   */
  callerOf({ issuer, email, name }: Person): Caller | undefined {
    const { OIDC_ISSUER, OIDC_ALLOWED, OIDC_ADMINS } = this.settings;
    if (issuer !== OIDC_ISSUER) return undefined;
    const isAdmin = isListed(email, OIDC_ADMINS);
    if (!isAdmin && !isListed(email, OIDC_ALLOWED)) return undefined;
    const scopes: Scope[] = isAdmin ? ['read', 'admin'] : ['read'];
    return { kind: 'person', keyId: `person:${email}`, name: name ?? email, email, scopes };
  }
}
