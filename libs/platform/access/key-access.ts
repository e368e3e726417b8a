import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock/clock.js';
import { KeysService, type Caller } from './keys.service.js';
import { WrongKeys } from './wrong-keys.js';

/** Finds the holder of the key that a request shows. */
@Injectable()
export class KeyAccess {
  constructor(
    private readonly keys: KeysService,
    private readonly wrongKeys: WrongKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns undefined when the key is wrong or revoked
   * @throws ApiError `rate_limited` for a wrong one after too many wrong ones; `unavailable` as `KeysService.identify`
   */
  async callerOf(request: FastifyRequest, key: string): Promise<Caller | undefined> {
    const caller = await this.keys.identify(key, this.clock.now());
    if (!caller) this.wrongKeys.count(request);
    return caller;
  }
}
