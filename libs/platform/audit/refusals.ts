import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock/clock.js';
import { Outside } from '../http/outside.js';
import { Logger, describeError } from '../logger/logger.js';
import { AuditLog, type AuditRecord } from './audit-log.service.js';

/** Of equal refusals, one in this time is recorded. */
const ONCE_MS = 10 * 60_000;
const MAX_KNOWN = 10_000;
/** At most this many refusals are recorded per hour and process, so that guessing does not fill the store. */
const MAX_PER_HOUR = 200;
const HOUR_MS = 3_600_000;

/** Records wrong keys and refused persons in the audit log, within bounds. */
@Injectable()
export class Refusals {
  private readonly recorded = new LRUCache<string, number>({ max: MAX_KNOWN });
  private hour = 0;
  private count = 0;

  constructor(
    private readonly log: AuditLog,
    private readonly outside: Outside,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Records a refusal in the background. */
  note({ raw }: FastifyRequest, refusal: Omit<AuditRecord, 'ip'>): void {
    const ip = this.outside.addressOf(raw);
    if (!this.admits(`${refusal.action} ${refusal.actor.name} ${ip}`, this.clock.now())) return;
    this.log.record({ ...refusal, ip }).catch((error: unknown) => {
      this.logger.warn('a refusal was not recorded in the audit log', describeError(error));
    });
  }

  private admits(refusal: string, now: number): boolean {
    const at = this.recorded.get(refusal);
    if (at !== undefined && Math.abs(now - at) < ONCE_MS) return false;
    const hour = Math.floor(now / HOUR_MS);
    if (hour !== this.hour) [this.hour, this.count] = [hour, 0];
    if (this.count >= MAX_PER_HOUR) return false;
    this.count++;
    this.recorded.set(refusal, now);
    return true;
  }
}
