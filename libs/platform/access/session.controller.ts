import { Body, Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiError, Calendar, unixSeconds, wire } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { Operation, operation, type BodyOf } from '../http/operation.js';
import { Access } from './access.guard.js';
import { People } from './oidc/people.js';
import { SameOrigin } from './same-origin.js';
import { SessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { SignInLog } from './sign-in-log.js';

const signInOperation = operation({
  id: 'signIn',
  tag: 'session',
  summary: 'Sign in for 12 hours; sets a cookie',
  description: 'Takes a key with the scope `read`, or a code that works once.',
  body: wire.signIn,
  errors: ['unauthorized', 'forbidden', 'rate_limited'],
});

const getSession = operation({
  id: 'getSession',
  tag: 'session',
  summary: 'The current session, and when it ends',
  reply: wire.session,
  errors: ['unauthorized'],
  provenBy: [['session']],
});

const getSignInOptions = operation({
  id: 'getSignInOptions',
  tag: 'session',
  summary: 'The ways to sign in',
  reply: wire.signInOptions,
});

const signOutOperation = operation({
  id: 'signOut',
  tag: 'session',
  summary: 'Sign out',
  headers: z.object({
    'X-Insightd': z.string().describe('any value; a page of another site cannot send it'),
  }),
  errors: ['forbidden'],
  provenBy: [['session']],
});

/** What the sign-in page offers. */
@Controller('session/options')
@Access('public')
export class SignInOptionsController {
  constructor(private readonly people: People) {}

  @Get()
  @Operation(getSignInOptions)
  show() {
    return { key: true as const, oidc: this.people.offer() };
  }
}

/** Signs browsers in and out. */
@Controller('session')
@Access('public')
export class SessionController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
    private readonly pages: SameOrigin,
    private readonly log: SignInLog,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  @Post()
  @Operation(signInOperation)
  async signIn(
    @Body() { key, code }: BodyOf<typeof signInOperation>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.pages.refuseOthers(request);
    const isCode = code !== undefined;
    // The schema has checked that one of the two is present.
    const given = (code ?? key)!;
    const now = this.clock.now();
    const { sessions } = this;
    const begun = await (isCode ? sessions.beginWithCode(given, now) : sessions.begin(given, now));
    if (!begun) {
      this.log.refusedKey(request);
      throw refused(isCode);
    }
    await this.log.started(request, begun.caller, isCode ? 'code' : 'key');
    this.cookie.set(request, reply, begun.token);
  }

  @Get()
  @Operation(getSession)
  async show(@Req() request: FastifyRequest) {
    const token = this.cookie.tokenOf(request);
    const session = token && (await this.sessions.find(token, this.clock.now()));
    if (!session) throw new ApiError('unauthorized', 'Not signed in.');
    const { caller, expiresAt, person } = session;
    const { name, scopes } = caller;
    return {
      name,
      person: person ? { email: person.email, name: person.name } : null,
      scopes: [...scopes],
      expires_at: unixSeconds(expiresAt),
      time_zone: this.calendar.zone,
      week_start: this.calendar.weekStart,
    };
  }

  @Delete()
  @Operation(signOutOperation)
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.pages.demand(request);
    const token = this.cookie.tokenOf(request);
    const session = token && (await this.sessions.find(token, this.clock.now()));
    if (session) {
      await this.sessions.end(token);
      await this.log.ended(request, session.caller);
    }
    this.cookie.clear(request, reply);
  }
}

function refused(isCode: boolean): ApiError {
  const message = isCode
    ? 'This link has been used or is too old. Sign in with an API key instead.'
    : 'This key is wrong or revoked. "insightd keys create" creates a new one.';
  return new ApiError('unauthorized', message);
}
