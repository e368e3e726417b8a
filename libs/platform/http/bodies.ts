import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SETTINGS, type Settings } from '../config/index.js';
import { Metrics } from '../metrics/metrics.js';
import { ByteBudget, type HeldBytes } from './byte-budget.js';
import { receive, unzip } from './receive.js';

const [KIB, MIB] = [1024, 1024 * 1024];

/** The share of the body budget for requests that have not presented a key yet. */
const PART_BEFORE_KEY = 1 / 8;

/** The bodies that a route accepts. */
export interface BodyRule {
  /** The size limit, before and after decompression. */
  maxBytes: number;
  /** How compressed bodies are recognized: by `Content-Encoding`, or by their first bytes. */
  gzip?: 'declared' | 'detected';
  /** Set when the body may contain the key: the size limit for reading it without a key, and how to find the key. */
  beforeKey?: { maxBytes: number; keyIn: (body: Buffer) => string | undefined };
}

/** The default, enough for a few fields of JSON. */
const SMALL_BODY: BodyRule = { maxBytes: 16 * KIB };
export const INGEST_BYTES = 16 * MIB;

const RULE = 'insightd:body';

/** Sets the bodies that a route accepts. The default is uncompressed bodies of at most 16 KiB. */
export const TakesBody = (rule: BodyRule) => SetMetadata(RULE, rule);

export function bodyRuleOf(reflector: Reflector, context: ExecutionContext): BodyRule {
  const places = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<BodyRule | undefined>(RULE, places) ?? SMALL_BODY;
}

/** The bytes of a budget that each current request holds. */
const holding = new WeakMap<IncomingMessage, HeldBytes>();

/** Releases the bytes that a request holds. Call it when the reply is ready: the body is no longer needed then. */
export function releaseBody(request: IncomingMessage): void {
  holding.get(request)?.release();
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Reads bodies after their senders are authorized; before that, no byte of a body is read from the connection. The
 * bytes of a body, compressed and decompressed, count toward a budget until the reply is ready.
 */
@Injectable()
export class Bodies {
  private readonly budget: ByteBudget;
  private readonly budgetBeforeKey: ByteBudget;

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'INGEST_MEMORY_MIB'>, metrics: Metrics) {
    const bytes = settings.INGEST_MEMORY_MIB * MIB;
    this.budget = new ByteBudget(bytes);
    this.budgetBeforeKey = new ByteBudget(bytes * PART_BEFORE_KEY);
    metrics.beforeReading(() => metrics.bodyBytes.set(this.heldBytes));
  }

  private get heldBytes(): number {
    return this.budget.heldBytes + this.budgetBeforeKey.heldBytes;
  }

  /**
   * Reads the body as decompressed bytes into `request.body`.
   * @throws ApiError as `receive` and `unzip`
   */
  async read(request: FastifyRequest, reply: FastifyReply, rule: BodyRule): Promise<void> {
    const early = holding.get(request.raw);
    const held = this.budget.hold();
    holding.set(request.raw, held);
    if (!early) return this.fill(request, reply, rule, held);
    early.release();
    held.grow((request.body as Buffer).length);
  }

  /**
   * Reads a body to find the key in it.
   * @returns the key; undefined when the route expects none in the body, or the body has none
   * @throws ApiError as `read`
   */
  async readForKey(
    request: FastifyRequest,
    reply: FastifyReply,
    { gzip, beforeKey }: BodyRule,
  ): Promise<string | undefined> {
    if (!beforeKey) return undefined;
    const held = this.budgetBeforeKey.hold();
    holding.set(request.raw, held);
    await this.fill(request, reply, { maxBytes: beforeKey.maxBytes, gzip }, held);
    return beforeKey.keyIn(request.body as Buffer);
  }

  private async fill(
    request: FastifyRequest,
    reply: FastifyReply,
    { maxBytes, gzip }: Pick<BodyRule, 'maxBytes'> & { gzip?: BodyRule['gzip'] | undefined },
    held: HeldBytes,
  ): Promise<void> {
    const cost = { maxBytes, held };
    const body = await receive(request.raw, reply.raw, cost);
    const isPacked =
      gzip === 'detected' ? body.subarray(0, GZIP.length).equals(GZIP) : isDeclared(request, gzip);
    request.body = isPacked ? await unzip(body, cost) : body;
    if (isPacked) delete request.raw.headers['content-encoding'];
  }
}

function isDeclared({ headers }: FastifyRequest, gzip: BodyRule['gzip']): boolean {
  return gzip === 'declared' && /^(?:x-)?gzip$/i.test((headers['content-encoding'] ?? '').trim());
}
