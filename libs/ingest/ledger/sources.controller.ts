import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { wire, type SourceDetails, type SourceState } from '#libs/contracts';
import { Access, jsonSchema } from '#libs/platform';
import { SourcesService } from './sources.service.js';

/** What events come from: for operators with figures, for readers whether it is alive. */
@ApiSecurity('key')
@Controller('api')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get('admin/v1/sources')
  @Access('admin')
  @ApiTags('admin')
  @ApiOperation({ summary: 'What came from each source in the last day, and what became of it' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.sources) })
  async details(): Promise<{ sources: SourceDetails[] }> {
    return { sources: await this.sources.details() };
  }

  @Get('insights/v1/sources')
  @Access('read')
  @ApiTags('insights')
  @ApiOperation({ summary: 'The sources, and when each last sent an event' })
  @ApiResponse({ status: 200, schema: jsonSchema(wire.sourceStates) })
  async states(): Promise<{ sources: SourceState[] }> {
    return { sources: await this.sources.states() };
  }
}
