import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SETTINGS, type Settings } from '../../config/index.js';
import { readPublicUrl } from '../../config/public-url.js';
import { FLOW_MS } from './flow.js';

/**
 * The cookie of a sign-in at the provider. `SameSite=Lax`: the way back begins at the provider, which is another site.
 * Over https its name has the prefix `__Host-`, so that no other host of the same site can set it.
 */
@Injectable()
export class FlowCookie {
  private readonly name: string;
  private readonly attributes: string;

  constructor(@Inject(SETTINGS) { PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>) {
    const url = PUBLIC_URL === undefined ? undefined : readPublicUrl(PUBLIC_URL);
    const isSecure = url?.protocol === 'https:';
    this.name = isSecure ? '__Host-insightd_oidc' : 'insightd_oidc';
    const where = isSecure ? 'Path=/; Secure' : `Path=${url?.pathname ?? '/'}session/oidc`;
    this.attributes = `${where}; HttpOnly; SameSite=Lax`;
  }

  valueOf({ headers }: FastifyRequest): string | undefined {
    const pattern = new RegExp(`(?:^|;) *${this.name}=([\\w-]+)(?:;|$)`);
    return pattern.exec(headers.cookie ?? '')?.[1];
  }

  set(reply: FastifyReply, value: string): void {
    this.write(reply, value, FLOW_MS / 1000);
  }

  clear(reply: FastifyReply): void {
    this.write(reply, '', 0);
  }

  private write(reply: FastifyReply, value: string, maxAgeSeconds: number): void {
    const cookie = `${this.name}=${value}; Max-Age=${maxAgeSeconds}; ${this.attributes}`;
    void reply.header('Set-Cookie', cookie);
  }
}
