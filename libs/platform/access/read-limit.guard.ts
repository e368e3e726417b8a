import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { ApiError } from '#libs/contracts';
import { scopeOf, type Authorized } from './access.guard.js';

/** Holds each key to its reads a second, in this process. Ingest is held by backpressure instead. */
@Injectable()
export class ReadLimitGuard extends ThrottlerGuard {
  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    return Promise.resolve(scopeOf(this.reflector, context) !== 'read');
  }

  protected override getTracker(request: Authorized): Promise<string> {
    return Promise.resolve(request.caller.keyId);
  }

  /** One limit over all the reads of a key, not one for each route. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return tracker;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    const message = `Too many requests: this key may read ${detail.limit} times a second. Try again in a second.`;
    throw new ApiError('rate_limited', message, { retryAfterSeconds: 1 });
  }
}
