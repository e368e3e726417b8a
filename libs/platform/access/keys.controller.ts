import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  ApiError,
  keyName,
  keyScopes,
  invalidField,
  keyShapes,
  unixSeconds,
  type CreatedKey,
  type KeyList,
} from '#libs/contracts';
import { Audited } from '../audit/audited.js';
import { Clock } from '../clock/clock.js';
import { Operation, operation, type BodyOf, type PathOf } from '../http/operation.js';
import { Access } from './access.guard.js';
import { KeysService, type KeyInfo } from './keys.service.js';

const listKeys = operation({
  id: 'listKeys',
  tag: 'admin',
  summary: 'All API keys without their secrets, including revoked ones',
  reply: keyShapes.keyList,
});

const createKey = operation({
  id: 'createKey',
  tag: 'admin',
  summary: 'Create an API key; only this reply shows it',
  body: keyShapes.newKey,
  reply: keyShapes.createdKey,
  status: 201,
});

const revokeKey = operation({
  id: 'revokeKey',
  tag: 'admin',
  summary: 'Revoke an API key permanently, and end the sessions that began with it',
  description: 'The key stops working within a second.',
  path: z.object({ keyId: z.string() }),
});

/** Creates, lists and revokes API keys, as `insightd keys` does. */
@Controller('api/admin/v1/keys')
@Access('admin')
export class KeysController {
  constructor(
    private readonly keys: KeysService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Operation(listKeys)
  async list(): Promise<KeyList> {
    return { keys: (await this.keys.list()).map(view) };
  }

  @Post()
  @Operation(createKey)
  @Audited(createKey, 'key.created', ({ reply }) => ({
    target: reply.key_id,
    details: { name: reply.name, scopes: reply.scopes, expires_at: reply.expires_at },
  }))
  async create(@Body() given: BodyOf<typeof createKey>): Promise<CreatedKey> {
    // The schema has checked both.
    const name = keyName(given.name)!;
    const scopes = keyScopes(given.scopes)!;
    const expiresAt = given.expires_at ?? undefined;
    if (expiresAt !== undefined && expiresAt <= this.clock.now())
      throw invalidField('expires_at', 'must be in the future');
    const { key, keyId } = await this.keys.create({ name, scopes, expiresAt });
    const seconds = expiresAt === undefined ? null : unixSeconds(expiresAt);
    return { key, name, scopes, key_id: keyId, expires_at: seconds };
  }

  @Delete(':keyId')
  @Operation(revokeKey)
  @Audited(revokeKey, 'key.revoked', ({ path }) => ({ target: path.keyId }))
  async revoke(@Param() { keyId }: PathOf<typeof revokeKey>): Promise<void> {
    const isRevoked =
      !keyId.includes('\0') && (await this.keys.revoke(keyId, new Date(this.clock.now())));
    if (!isRevoked) throw new ApiError('not_found', 'There is no live key with this id.');
  }
}

function view({ keyId, name, scopes, ...times }: KeyInfo): KeyList['keys'][number] {
  return {
    ...{ key_id: keyId, name, scopes: [...scopes] },
    created_at: secondsOf(times.createdAt),
    revoked_at: times.revokedAt && secondsOf(times.revokedAt),
    expires_at: times.expiresAt && secondsOf(times.expiresAt),
    last_used_at: times.lastUsedAt && secondsOf(times.lastUsedAt),
  };
}

function secondsOf(date: Date): number {
  return unixSeconds(date.getTime());
}
