import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ApiError, invalidField, keyShapes, type KeyList, type MadeKey } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { readObject } from '../http/body.js';
import { jsonSchema } from '../http/json-schema.js';
import { Access, type Authorized } from './access.guard.js';
import { KEY_NAME_RULE, KEY_SCOPES_RULE, keyName, keyScopes } from './key-rules.js';
import { KeysService, type KeyInfo } from './keys.service.js';

/** Makes, lists and revokes API keys, as `insightd keys` does. */
@ApiTags('admin')
@ApiSecurity('key')
@Controller('api/admin/v1/keys')
@Access('admin')
export class KeysController {
  constructor(
    private readonly keys: KeysService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The API keys, without their secrets; revoked ones included' })
  @ApiResponse({ status: 200, schema: jsonSchema(keyShapes.keyList) })
  async list(): Promise<KeyList> {
    return { keys: (await this.keys.list()).map(view) };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Make an API key; the reply shows it, once' })
  @ApiBody({ schema: jsonSchema(keyShapes.newKey) })
  @ApiResponse({ status: 201, schema: jsonSchema(keyShapes.madeKey) })
  async create(@Req() request: Authorized): Promise<MadeKey> {
    const given = readObject(request.body, 'name', 'scopes');
    const name = keyName(given.name);
    if (name === undefined) throw invalidField('name', KEY_NAME_RULE);
    const scopes = Array.isArray(given.scopes) ? keyScopes(given.scopes) : undefined;
    if (!scopes) throw invalidField('scopes', KEY_SCOPES_RULE);
    const key = await this.keys.create(name, scopes);
    return { key, name, scopes };
  }

  @Delete(':keyId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key for good, and end the sessions that began with it' })
  @ApiResponse({ status: 204, description: 'revoked; it stops working within a second' })
  async revoke(@Param('keyId') keyId: string): Promise<void> {
    const isRevoked =
      !keyId.includes('\0') && (await this.keys.revoke(keyId, new Date(this.clock.now())));
    if (!isRevoked) throw new ApiError('not_found', 'There is no live key with this id.');
  }
}

function view({ keyId, name, scopes, createdAt, revokedAt }: KeyInfo): KeyList['keys'][number] {
  return {
    ...{ key_id: keyId, name, scopes: [...scopes] },
    created_at: unixSeconds(createdAt),
    revoked_at: revokedAt && unixSeconds(revokedAt),
  };
}

function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
