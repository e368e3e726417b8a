import { Controller, Get } from '@nestjs/common';
import { ApiError, wire } from '#libs/contracts';
import { StoreWatch } from '../instance/store-watch.js';
import { Access } from '../access/access.guard.js';
import { Operation, operation } from '../http/operation.js';
import { Readiness } from './readiness.js';

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
  constructor(
    private readonly readiness: Readiness,
    private readonly watch: StoreWatch,
  ) {}

  @Get('live')
  @Operation(checkLiveness)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * Checks that the process can do its work: the database answers over the connections that requests use, no newer
   * build has migrated it, events can be written, and a worker takes jobs.
   * @throws ApiError `unavailable` that names each problem
   */
  @Get('ready')
  @Operation(checkReadiness)
  async ready(): Promise<{ status: 'ok' }> {
    if (this.watch.refusal) throw this.watch.refusal;
    const problems = await this.readiness.problems();
    if (problems.length === 0) return { status: 'ok' };
    throw new ApiError('unavailable', problems.join(' '), { retryAfterSeconds: 2 });
  }
}
