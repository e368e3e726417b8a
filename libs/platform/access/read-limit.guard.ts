import {
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '#libs/contracts';
import { SETTINGS, type Settings } from '../config/index.js';
import { scopesOf, type Authorized } from './access.guard.js';

const UNCOUNTED = 'insightd:uncounted';

/** Leaves a controller out of the limit of reads, because it reads by requests that count themselves. */
export const Uncounted = () => SetMetadata(UNCOUNTED, true);

/** Limits the reads per second of each key in this process. Backpressure limits ingest instead. */
@Injectable()
export class ReadLimitGuard implements CanActivate {
  private readonly limiter: RateLimiterMemory;

  constructor(
    private readonly reflector: Reflector,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'READ_RATE_LIMIT'>,
  ) {
    this.limiter = new RateLimiterMemory({ points: settings.READ_RATE_LIMIT, duration: 1 });
  }

  /** @throws ApiError `rate_limited` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const required = scopesOf(this.reflector, context);
    if (required === 'public' || !required?.includes('read')) return true;
    if (this.reflector.get<true | undefined>(UNCOUNTED, context.getClass())) return true;
    const { caller } = context.switchToHttp().getRequest<Authorized>();
    try {
      await this.limiter.consume(caller.keyId);
      return true;
    } catch (refusal) {
      const retryAfterSeconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
      const limit = this.settings.READ_RATE_LIMIT;
      const message = `Too many requests: this key may read ${limit} times per second. Try again in ${retryAfterSeconds} s.`;
      throw new ApiError('rate_limited', message, { retryAfterSeconds, cause: refusal });
    }
  }
}
