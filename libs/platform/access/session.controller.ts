import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError, invalidField } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { readObject } from '../http/body.js';
import { Access } from './access.guard.js';
import { refuseOtherOrigins, demandOwnPage } from './same-origin.js';
import { clearSessionCookie, sessionToken, setSessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** Wrong keys from one address, a minute. */
const WRONG_KEYS = 10;

/** Signs browsers in and out. */
@ApiTags('session')
@Controller('session')
@Access('public')
export class SessionController {
  private readonly attempts = new RateLimiterMemory({ points: WRONG_KEYS, duration: 60 });

  constructor(
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign in with a key that has the scope read; sets a cookie' })
  @ApiBody({ schema: { type: 'object', properties: { key: { type: 'string' } } } })
  @ApiResponse({ status: 204, description: 'signed in for 12 hours' })
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    refuseOtherOrigins(request);
    const { key, code } = readObject(request.body, 'key', 'code');
    if (key !== undefined && code !== undefined) throw invalidField('code', 'cannot go with a key');
    const isCode = code !== undefined;
    const given = isCode ? secret('code', code) : secret('key', key);
    await this.countAttempt(request.ip);
    const now = this.clock.now();
    const { sessions } = this;
    const token = await (isCode ? sessions.beginWithCode(given, now) : sessions.begin(given, now));
    if (token === undefined) throw refused(isCode);
    await this.attempts.reward(request.ip);
    setSessionCookie(request, reply, token);
  }

  @Get()
  @ApiOperation({ summary: 'Who is signed in' })
  async show(@Req() request: FastifyRequest) {
    const token = sessionToken(request);
    const session = token && (await this.sessions.find(token, this.clock.now()));
    if (!session) throw new ApiError('unauthorized', 'Nobody is signed in here.');
    const { caller, expiresAt } = session;
    const { name, scopes } = caller;
    return { name, scopes, expires_at: Math.floor(expiresAt / 1000) };
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    demandOwnPage(request);
    const token = sessionToken(request);
    if (token !== undefined) await this.sessions.end(token);
    clearSessionCookie(request, reply);
  }

  /** @throws ApiError `rate_limited`; an attempt that succeeds is given back */
  private async countAttempt(address: string): Promise<void> {
    try {
      await this.attempts.consume(address);
    } catch (refusal) {
      const retryAfterSeconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      const message = `Too many wrong keys. Try again in ${retryAfterSeconds} s.`;
      throw new ApiError('rate_limited', message, { retryAfterSeconds, cause: refusal });
    }
  }
}

function secret(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw invalidField(field, 'must be a string');
  return value;
}

function refused(isCode: boolean): ApiError {
  const message = isCode
    ? 'This link has been used or is too old. Sign in with an API key instead.'
    : 'This key is wrong or revoked. "insightd keys create" makes a new one.';
  return new ApiError('unauthorized', message);
}
