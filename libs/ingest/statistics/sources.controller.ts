import { Controller, Get } from '@nestjs/common';
import { wire } from '#libs/contracts';
import { Access, Operation, operation } from '#libs/platform';
import { SourcesService } from './sources.service.js';

const getSourceStatistics = operation({
  id: 'getSourceStatistics',
  tag: 'admin',
  summary: 'The events of each source in the last day, and their outcomes',
  reply: wire.sources,
});

const listSources = operation({
  id: 'listSources',
  tag: 'insights',
  summary: 'The sources, and when each last sent an event',
  reply: wire.sourceStates,
});

/**
 * The senders of events: with statistics for operators, with the time of the last event for
 * readers.
 */
@Controller('api')
export class SourcesController {
  constructor(private readonly sources: SourcesService) {}

  @Get('admin/v1/sources')
  @Access('admin')
  @Operation(getSourceStatistics)
  async details() {
    return { sources: await this.sources.details() };
  }

  @Get('insights/v1/sources')
  @Access('read')
  @Operation(listSources)
  async states() {
    return { sources: await this.sources.states() };
  }
}
