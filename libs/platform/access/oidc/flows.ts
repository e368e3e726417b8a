import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '#libs/database';
import { Clock } from '../../clock/clock.js';
import { SETTINGS, type Settings } from '../../config/index.js';
import { hash } from '../hash.js';
import { FlowCookie } from './flow-cookie.js';
import { FLOW_MS, flowKey, openFlow, sealFlow, type Flow } from './flow.js';
import { returnPath } from './return-path.js';
import { SignInProblem } from './sign-in-problem.js';

/** Sign-ins on their way to the provider and back. Each belongs to one browser and works once, within 10 minutes. */
@Injectable()
export class Flows {
  private readonly key: Buffer | undefined;

  constructor(
    private readonly cookie: FlowCookie,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SETTINGS)
    private readonly settings: Pick<Settings, 'OIDC_ISSUER' | 'OIDC_CLIENT_SECRET' | 'PUBLIC_URL'>,
  ) {
    const { OIDC_ISSUER, OIDC_CLIENT_SECRET } = settings;
    if (OIDC_ISSUER === undefined || OIDC_CLIENT_SECRET === undefined) return;
    this.key = flowKey(OIDC_CLIENT_SECRET, OIDC_ISSUER);
  }

  /** A new flow. @param returnTo the page to open afterwards, as the request names it */
  create(returnTo: unknown): Flow {
    const secret = () => randomBytes(32).toString('base64url');
    return {
      ...{ state: secret(), nonce: secret(), codeVerifier: secret() },
      returnTo: returnPath(returnTo),
      expiresAt: this.clock.now() + FLOW_MS,
    };
  }

  /** Binds a flow to the browser. */
  bind(reply: FastifyReply, flow: Flow): void {
    this.cookie.set(reply, sealFlow(flow, this.key!));
  }

  /**
   * The flow that a browser comes back with. It cannot be used again.
   * @param state the parameter of the way back
   * @throws SignInProblem when this browser has no flow with this state
   */
  async take(request: FastifyRequest, reply: FastifyReply, state: string | null): Promise<Flow> {
    const sealed = this.cookie.valueOf(request);
    const flow = sealed === undefined ? undefined : openFlow(sealed, this.key!, this.clock.now());
    if (!flow || state === null || !areEqual(flow.state, state)) throw this.unknown();
    this.cookie.clear(reply);
    const { usedSignIn } = this.database.prisma;
    // Keeps the table small: it has no index on the expiry.
    await usedSignIn.deleteMany({ where: { expiresAt: { lte: new Date(this.clock.now()) } } });
    const { count } = await usedSignIn.createMany({
      data: [{ flowHash: hash(flow.state), expiresAt: new Date(flow.expiresAt) }],
      skipDuplicates: true,
    });
    if (count === 0) throw this.unknown();
    return flow;
  }

  private unknown(): SignInProblem {
    const message =
      'This sign-in was not started in this browser, has been used, or took longer than 10 minutes. ' +
      `Start again at ${this.settings.PUBLIC_URL}.`;
    return new SignInProblem(400, message);
  }
}

function areEqual(one: string, other: string): boolean {
  return timingSafeEqual(hash(one), hash(other));
}
