import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import { ApiError, isObject } from '#libs/contracts';
import { Access, Clock, FindsKey, readJson, type Authorized } from '#libs/platform';
import { MessagesService } from './messages.service.js';
import { MAX_EVENTS, tooMany, unzipped } from './read-events.js';
import { CALL_TYPES } from './sources/tracking/call.js';
import { callsOf, messageOf } from './sources/tracking/messages.js';
import { source } from './sources/tracking/source.js';
import { writeKeyOf } from './write-key.js';

/** The paths of single calls: each kind by its name, and by the letter that some libraries use. */
const KINDS = new Map(CALL_TYPES.flatMap((type) => [type, type[0]!].map((path) => [path, type])));
const PATHS = ['batch', 'import', ...KINDS.keys()].map((path) => `/v1/${path}`).join(', ');

/**
 * The tracking API of Segment. Its libraries do not read what became of each call: one that cannot be
 * used becomes a dead letter, and the reply is the same.
 */
@ApiTags('ingest')
@ApiSecurity('key')
@Controller('v1')
@Access('ingest')
@FindsKey(writeKeyOf)
export class TrackingController {
  constructor(
    private readonly messages: MessagesService,
    private readonly clock: Clock,
  ) {}

  @Post(['batch', 'import'])
  @HttpCode(200)
  @ApiOperation({ summary: 'Take in calls of a tracking library, many at once' })
  @ApiQuery({ name: 'writeKey', required: false, description: 'a key, when no header has one' })
  @ApiBody({ schema: { type: 'object', properties: { batch: { type: 'array', items: {} } } } })
  @ApiResponse({ status: 200, description: '{"success": true}, once all is committed' })
  @ApiResponse({ status: 400, description: 'the body is no JSON, or has no calls' })
  @ApiResponse({ status: 413, description: 'more than 10,000 calls or 16 MiB unpacked' })
  @ApiResponse({ status: 503, description: 'to be sent again after Retry-After' })
  async batch(@Req() request: Authorized): Promise<{ success: true }> {
    const body = await readBody(request);
    const calls = callsOf(body);
    if (!calls) throw new ApiError('unreadable', 'The body must be {"batch": [...]}.');
    if (calls.length > MAX_EVENTS) throw tooMany();
    return this.take(calls, request, isObject(body) ? body['sentAt'] : undefined);
  }

  @Post(':call')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take in one call of a tracking library' })
  @ApiParam({ name: 'call', enum: [...KINDS.keys()] })
  @ApiQuery({ name: 'writeKey', required: false, description: 'a key, when no header has one' })
  @ApiBody({ schema: { type: 'object' } })
  async call(@Param('call') path: string, @Req() request: Authorized): Promise<{ success: true }> {
    const type = KINDS.get(path);
    if (type === undefined) throw new ApiError('not_found', `The paths are ${PATHS}.`);
    const body = await readBody(request);
    if (!isObject(body)) throw new ApiError('unreadable', 'The body must be a JSON object.');
    return this.take([{ ...body, type }], request);
  }

  private async take(
    calls: readonly unknown[],
    { caller }: Authorized,
    sentAt?: unknown,
  ): Promise<{ success: true }> {
    const receivedAt = this.clock.now();
    const messages = calls.map((call) => messageOf(withoutKey(call), sentAt, receivedAt));
    await this.messages.take(source, messages, { kind: 'tracking', name: caller.name });
    return { success: true };
  }
}

/** A call may become a dead letter, which must not hold a key. */
function withoutKey(call: unknown): unknown {
  if (!isObject(call) || !('writeKey' in call)) return call;
  const { writeKey: _, ...rest } = call;
  return rest;
}

/** JSON whatever the content type says; gzip is known by how it begins. */
async function readBody(request: Authorized): Promise<unknown> {
  const { body } = request;
  // The bytes are not kept while the calls wait to be written.
  request.body = undefined;
  return readJson(Buffer.isBuffer(body) ? await unzipped(body) : body);
}
