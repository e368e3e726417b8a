import { Controller, Delete, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { parameter, type Query as QueryParameters } from '../http/query.js';
import { Access } from './access.guard.js';
import { SessionsService } from './sessions.service.js';

/** Ends the sessions of others, for when a browser or a key may be in the wrong hands. */
@ApiTags('admin')
@ApiSecurity('key')
@Controller('api/admin/v1/sessions')
@Access('admin')
export class SessionsAdminController {
  constructor(private readonly sessions: SessionsService) {}

  @Delete()
  @ApiOperation({
    summary: 'End all sessions, or those of one key; also ends unused sign-in codes',
  })
  @ApiQuery({ name: 'key_id', required: false, description: 'only the sessions of this key' })
  @ApiResponse({
    status: 200,
    schema: {
      type: 'object',
      properties: { ended: { type: 'integer', minimum: 0 } },
      required: ['ended'],
    },
  })
  async end(@Query() query: QueryParameters): Promise<{ ended: number }> {
    return { ended: await this.sessions.endAll(parameter(query, 'key_id')) };
  }
}
