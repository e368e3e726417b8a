import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { ApiError, wire } from '#libs/contracts';
import { Access } from '../access/access.guard.js';
import { Database } from '../db/database.js';
import { Operation, operation } from '../http/operation.js';

const ANSWERS_WITHIN_MS = 2_000;

const checkLiveness = operation({
  id: 'checkLiveness',
  tag: 'operations',
  summary: 'Whether the process runs',
  reply: wire.health,
});

const checkReadiness = operation({
  id: 'checkReadiness',
  tag: 'operations',
  summary: 'Whether the process can do its work',
  reply: wire.health,
});

@Controller('health')
@Access('public')
export class HealthController {
  constructor(private readonly database: Database) {}

  /** The process runs. */
  @Get('live')
  @Operation(checkLiveness)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * The process can do its work: the database answers.
   * @throws ApiError `unavailable`
   */
  @Get('ready')
  @Operation(checkReadiness)
  async ready(): Promise<{ status: 'ok' }> {
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
