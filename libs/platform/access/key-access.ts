import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock/clock.js';
import { KeysService, type Caller } from './keys.service.js';
import { SignInLog } from './sign-in-log.js';

/** Finds the caller that the key of a request belongs to. */
@Injectable()
export class KeyAccess {
  constructor(
    private readonly keys: KeysService,
    private readonly log: SignInLog,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns undefined when the key is wrong or revoked
   * @throws ApiError `rate_limited` for a wrong key after too many wrong keys; `unauthorized` and `unavailable` as
   *   `KeysService.identify`
   */
  async callerOf(request: FastifyRequest, key: string): Promise<Caller | undefined> {
    const caller = await this.keys.identify(key, this.clock.now());
    if (!caller) this.log.refusedKey(request);
    return caller;
  }
}
