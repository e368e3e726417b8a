import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiError } from '#libs/contracts';
import { Access } from '../access/access.guard.js';
import { Database } from '../db/database.js';
import { StoreWatch } from '../db/store-watch.js';

const ANSWERS_WITHIN_MS = 2_000;

@ApiTags('operations')
@Controller('health')
@Access('public')
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly watch: StoreWatch,
  ) {}

  /** The process runs. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * The process can do its work: the database answers, and no newer build has migrated it.
   * @throws ApiError `unavailable`
   */
  @Get('ready')
  async ready(): Promise<{ status: 'ok' }> {
    if (this.watch.refusal) throw this.watch.refusal;
    try {
      const answer = this.database.pool.query('select 1');
      answer.catch(() => undefined);
      await Promise.race([answer, silence()]);
      return { status: 'ok' };
    } catch (cause) {
      throw new ApiError('unavailable', 'The database does not answer.', {
        retryAfterSeconds: 2,
        cause,
      });
    }
  }
}

/** @throws Error after a while */
async function silence(): Promise<never> {
  await delay(ANSWERS_WITHIN_MS, undefined, { ref: false });
  throw new Error(`no answer within ${ANSWERS_WITHIN_MS} ms`);
}
