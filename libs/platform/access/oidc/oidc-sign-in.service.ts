import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../../clock/clock.js';
import { SessionCookie } from '../session-cookie.js';
import { SessionsService } from '../sessions.service.js';
import { SignInLog } from '../sign-in-log.js';
import { identityOf, type Claims } from './claims.js';
import { Flows } from './flows.js';
import { Provider, ProviderAway } from './provider.js';
import { SignInProblem } from './sign-in-problem.js';

/** Signs persons in by OpenID Connect. */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly provider: Provider,
    private readonly flows: Flows,
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
    private readonly log: SignInLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a sign-in.
   * @param returnTo the path of the page to open afterwards
   * @returns the address at the provider
   * @throws SignInProblem
   */
  async begin(reply: FastifyReply, returnTo: unknown): Promise<string> {
    this.demandProvider();
    const flow = this.flows.create(returnTo);
    const url = await this.provider.authorizationUrl(flow).catch((error: unknown) => {
      throw this.problemOf(error);
    });
    this.flows.bind(reply, flow);
    return url.href;
  }

  /**
   * Completes a sign-in and sets the cookie of its session.
   * @param query the query with which the browser comes back from the provider
   * @returns the path below the dashboard to open
   * @throws SignInProblem; ApiError `unavailable`
   */
  async complete(request: FastifyRequest, reply: FastifyReply, query: string): Promise<string> {
    this.demandProvider();
    const state = new URLSearchParams(query).get('state');
    const flow = await this.flows.take(request, reply, state);
    const claims = await this.provider.claims(query, flow).catch((error: unknown) => {
      throw this.problemOf(error);
    });
    const identity = this.verified(request, claims);
    const person = { issuer: this.provider.issuer!, ...identity };
    const begun = await this.sessions.beginForPerson(person, this.clock.now());
    if (!begun) throw this.refused(request, identity.email);
    await this.log.started(request, begun.caller, 'oidc');
    this.cookie.setAtPublicUrl(request, reply, begun.token);
    return flow.returnTo;
  }

  /** @throws SignInProblem without OpenID Connect */
  private demandProvider(): void {
    if (this.provider.issuer !== undefined) return;
    const message = 'OpenID Connect is not configured here. Sign in with an API key.';
    throw new SignInProblem(404, message);
  }

  /** @throws SignInProblem for an address that the provider has not verified */
  private verified(
    request: FastifyRequest,
    claims: Claims,
  ): { email: string; name: string | null } {
    const { label } = this.provider;
    const identity = identityOf(claims);
    if (!('problem' in identity)) return identity;
    if (identity.email === undefined) {
      const message = `${label} did not send an e-mail address. Ask an administrator to let it send the claim "email".`;
      throw new SignInProblem(403, message);
    }
    this.log.refusedPerson(request, identity.email, 'unverified address');
    const message = `${label} has not verified your e-mail address. Verify it there, then sign in again.`;
    throw new SignInProblem(403, message);
  }

  private refused(request: FastifyRequest, email: string): SignInProblem {
    this.log.refusedPerson(request, email, 'not on the list');
    const message = `${email} may not sign in here. Ask an administrator to add it to OIDC_ALLOWED, or use another account.`;
    return new SignInProblem(403, message);
  }

  private problemOf(cause: unknown): SignInProblem {
    const { label } = this.provider;
    if (cause instanceof ProviderAway) {
      const message = `${label} does not answer. Try again in a minute, or sign in with an API key.`;
      return new SignInProblem(503, message, { cause });
    }
    if (isDenial(cause)) {
      const message = `The sign-in at ${label} was cancelled or refused. Sign in again.`;
      return new SignInProblem(403, message, { cause });
    }
    const message =
      `The answer of ${label} could not be verified, so you are not signed in. Sign in again. If it happens again, ` +
      'ask an administrator to look at the log of insightd.';
    return new SignInProblem(400, message, { cause });
  }
}

/** Whether the provider itself sent an error, such as `access_denied`. */
function isDenial(error: unknown): boolean {
  return error instanceof Error && error.name === 'AuthorizationResponseError';
}
