import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, invalidField } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { readObject } from '../http/body.js';
import { Access } from './access.guard.js';
import { SameOrigin } from './same-origin.js';
import { SessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { WrongKeys } from './wrong-keys.js';

/** Signs browsers in and out. */
@ApiTags('session')
@Controller('session')
@Access('public')
export class SessionController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
    private readonly pages: SameOrigin,
    private readonly wrongKeys: WrongKeys,
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
    this.pages.refuseOthers(request);
    const { key, code } = readObject(request.body, 'key', 'code');
    if (key !== undefined && code !== undefined) throw invalidField('code', 'cannot go with a key');
    const isCode = code !== undefined;
    const given = isCode ? secret('code', code) : secret('key', key);
    const now = this.clock.now();
    const { sessions } = this;
    const token = await (isCode ? sessions.beginWithCode(given, now) : sessions.begin(given, now));
    if (token === undefined) {
      this.wrongKeys.count(request);
      throw refused(isCode);
    }
    this.cookie.set(request, reply, token);
  }

  @Get()
  @ApiOperation({ summary: 'Who is signed in' })
  async show(@Req() request: FastifyRequest) {
    const token = this.cookie.tokenOf(request);
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
    this.pages.demand(request);
    const token = this.cookie.tokenOf(request);
    if (token !== undefined) await this.sessions.end(token);
    this.cookie.clear(request, reply);
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
