import { Controller, Param, Post, Req } from '@nestjs/common';
import { z } from 'zod';
import { ApiError, isObject, wire } from '#libs/contracts';
import {
  Access,
  AcceptsBasic,
  Clock,
  INGEST_BYTES,
  Operation,
  TakesBody,
  operation,
  readJson,
  readJsonParts,
  type Authorized,
  type PathOf,
} from '#libs/platform';
import { MessagesService } from '../pipeline/messages.service.js';
import { MAX_EVENTS, tooMany } from './read-events.js';
import { CALL_TYPES } from '../sources/tracking/call.js';
import { callsOf, messageOf } from '../sources/tracking/messages.js';
import { source } from '../sources/tracking/source.js';

/**
 * Paths of single calls: each kind by its name and by its first letter, which some libraries use.
 */
const KINDS = new Map(CALL_TYPES.flatMap((type) => [type, type[0]!].map((path) => [path, type])));
const PATHS = ['batch', 'import', ...KINDS.keys()].map((path) => `/v1/${path}`).join(', ');

const sendTrackingBatch = operation({
  id: 'sendTrackingBatch',
  tag: 'ingest',
  summary: 'Send a batch of tracking calls. The reply follows when they are committed',
  description:
    'At most 10,000 calls and 16 MiB uncompressed. Gzip is recognized by its first bytes.',
  rawBody: { 'application/json': wire.trackingBatch },
  reply: wire.trackingReply,
});

const sendTrackingCall = operation({
  id: 'sendTrackingCall',
  tag: 'ingest',
  summary: 'Send one tracking call. The reply follows when it is committed',
  path: z.object({
    call: z.enum([...KINDS.keys()] as [string, ...string[]], `The paths are ${PATHS}.`),
  }),
  rawBody: { 'application/json': wire.trackingCall },
  reply: wire.trackingReply,
});

/** Size limit for a body that must be read to find the key. Libraries send up to 500 kB. */
const BYTES_BEFORE_KEY = 512 * 1024;

/**
 * The tracking API of Segment. Its libraries do not read outcomes per call, so a call that cannot
 * be used becomes a dead letter and the reply is the same.
 */
@Controller('v1')
@Access('ingest', 'track')
@AcceptsBasic()
@TakesBody({
  maxBytes: INGEST_BYTES,
  gzip: 'detected',
  beforeKey: { maxBytes: BYTES_BEFORE_KEY, keyIn: writeKeyIn },
})
export class TrackingController {
  constructor(
    private readonly messages: MessagesService,
    private readonly clock: Clock,
  ) {}

  @Post(['batch', 'import'])
  @Operation(sendTrackingBatch)
  async batch(@Req() request: Authorized): Promise<{ success: true }> {
    const body = readBody(request);
    const calls = callsOf(body);
    if (!calls) throw new ApiError('unreadable', 'The body must be {"batch": [...]}.');
    if (calls.length > MAX_EVENTS) throw tooMany();
    return this.take(calls, request, isObject(body) ? body['sentAt'] : undefined);
  }

  @Post(':call')
  @Operation(sendTrackingCall)
  async call(
    @Param() { call }: PathOf<typeof sendTrackingCall>,
    @Req() request: Authorized,
  ): Promise<{ success: true }> {
    const type = KINDS.get(call)!;
    const body = readBody(request);
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

/**
 * The `writeKey` that some libraries send in the body; undefined when missing or when the body is
 * not JSON.
 */
function writeKeyIn(bytes: Buffer): string | undefined {
  if (!bytes.includes('"writeKey"')) return undefined;
  try {
    const body = readJson(bytes);
    const key = isObject(body) ? body['writeKey'] : undefined;
    return typeof key === 'string' && key !== '' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the body as JSON, whatever its content type. */
function readBody(request: Authorized): unknown {
  const { body } = request;
  // Releases the bytes while the calls wait to be written.
  request.body = undefined;
  return readJsonParts(body);
}

/** Removes the key: a call may become a dead letter, which must not contain it. */
function withoutKey(call: unknown): unknown {
  if (!isObject(call) || !('writeKey' in call)) return call;
  const { writeKey: _, ...rest } = call;
  return rest;
}
