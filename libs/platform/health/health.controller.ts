import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiError } from '#libs/contracts';
import { Access } from '../access/access.guard.js';
import { Readiness } from './readiness.js';

@ApiTags('operations')
@Controller('health')
@Access('public')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * The process can do its work: the database answers over the connections that requests use, events are
   * written, and a worker takes jobs.
   * @throws ApiError `unavailable` that says what does not work
   */
  @Get('ready')
  async ready(): Promise<{ status: 'ok' }> {
    const problems = await this.readiness.problems();
    if (problems.length === 0) return { status: 'ok' };
    throw new ApiError('unavailable', problems.join(' '), { retryAfterSeconds: 2 });
  }
}
