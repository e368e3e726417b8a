import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Clock } from '../clock/clock.js';
import { Outside } from '../http/outside.js';

/** Wrong keys per address and minute before further ones are refused as too many. */
const MAX_WRONG = 10;
const WITHIN_MS = 60_000;
const MAX_ADDRESSES = 10_000;

interface Failures {
  count: number;
  /** Milliseconds since 1970. */
  until: number;
}

/**
 * Counts wrong keys by client address, no matter how they are sent: as a Bearer token, by Basic authentication, as a
 * write key or at sign-in. Also counts wrong signatures of each webhook source. A valid key or signature is always
 * accepted, even after many wrong ones.
 */
@Injectable()
export class WrongKeys {
  private readonly failures = new LRUCache<string, Failures>({ max: MAX_ADDRESSES });

  constructor(
    private readonly outside: Outside,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts one failure.
   * @param what the kind of failure, in the plural; each kind has its own count
   * @throws ApiError `rate_limited` after too many failures
   */
  count({ raw }: FastifyRequest, what = 'keys'): void {
    const now = this.clock.now();
    const sender = this.senderOf(raw, what);
    const failures = this.recent(sender, now) ?? { count: 0, until: now + WITHIN_MS };
    failures.count++;
    this.failures.set(sender, failures);
    if (failures.count > MAX_WRONG) throw tooMany(what, failures, now);
  }

  /**
   * Refuses an address that has reached the limit. For work that should not even begin. Counts nothing.
   * @throws ApiError `rate_limited`
   */
  refuseAtLimit({ raw }: FastifyRequest, what: string): void {
    const now = this.clock.now();
    const failures = this.recent(this.senderOf(raw, what), now);
    if (failures && failures.count >= MAX_WRONG) throw tooMany(what, failures, now);
  }

  private senderOf(raw: FastifyRequest['raw'], what: string): string {
    return `${what} ${networkOf(this.outside.addressOf(raw))}`;
  }

  private recent(sender: string, now: number): Failures | undefined {
    const known = this.failures.get(sender);
    return known && isRunning(known, now) ? known : undefined;
  }
}

function tooMany(what: string, { until }: Failures, now: number): ApiError {
  const retryAfterSeconds = Math.max(1, Math.ceil((until - now) / 1000));
  const message = `Too many wrong ${what} from this address. Try again in ${retryAfterSeconds} s.`;
  return new ApiError('rate_limited', message, { retryAfterSeconds });
}

/** Whether the minute has not passed. A clock that was set back does not make it longer. */
function isRunning({ until }: Failures, now: number): boolean {
  return until > now && until - now <= WITHIN_MS;
}

/** The IPv4 address, or the /64 network of an IPv6 address: one client has a whole /64. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [start = '', end] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const head = groups(start);
  const tail = end === undefined ? [] : groups(end);
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  const all = end === undefined ? head : [...head, ...zeros, ...tail];
  return all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
