import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import {
  Calendar,
  engagementShapes,
  formatDay,
  parameters,
  type ChartSubjects,
} from '#libs/contracts';
import { Access, Clock, Operation, operation, type QueryOf } from '#libs/platform';
import { ChartSubjectsService, type SubjectList } from './chart-subjects.service.js';
import { lifecycleSubjectsQuery, retentionSubjectsQuery } from './engagement-request.js';

const COUNTED =
  'Users and organizations deleted since, and those known only by mention, are counted in total_count but have no row.';

const listLifecycleSubjects = operation({
  id: 'listLifecycleSubjects',
  tag: 'insights',
  summary: 'The users or organizations of a part of a period of the lifecycle chart',
  description: `In the order of their ids. ${COUNTED}`,
  query: lifecycleSubjectsQuery.extend(parameters.page),
  reply: engagementShapes.chartSubjects,
  errors: ['not_found'],
});

const exportLifecycleSubjects = operation({
  id: 'exportLifecycleSubjects',
  tag: 'insights',
  summary: 'The users or organizations of a part of a period of the lifecycle chart, as CSV',
  query: lifecycleSubjectsQuery,
  rawReply: { 'text/csv': z.string() },
  errors: ['not_found'],
});

const listRetentionSubjects = operation({
  id: 'listRetentionSubjects',
  tag: 'insights',
  summary: 'The users or organizations of a cohort, or of a cell of the retention chart',
  description: `In the order of their ids. ${COUNTED}`,
  query: retentionSubjectsQuery.extend(parameters.page),
  reply: engagementShapes.chartSubjects,
  errors: ['not_found'],
});

const exportRetentionSubjects = operation({
  id: 'exportRetentionSubjects',
  tag: 'insights',
  summary: 'The users or organizations of a cohort, or of a cell of the retention chart, as CSV',
  query: retentionSubjectsQuery,
  rawReply: { 'text/csv': z.string() },
  errors: ['not_found'],
});

/** The users and orgs behind the numbers of charts. */
@Controller('api/insights/v1/charts')
@Access('read')
export class ChartSubjectsController {
  constructor(
    private readonly subjects: ChartSubjectsService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
  ) {}

  @Get('lifecycle/subjects')
  @Operation(listLifecycleSubjects)
  async ofLifecycle(@Query() query: QueryOf<typeof listLifecycleSubjects>): Promise<ChartSubjects> {
    const list = await this.subjects.lifecycle(query);
    return this.subjects.page(list, query.page_number, query.page_size);
  }

  @Get('lifecycle/subjects/csv')
  @Operation(exportLifecycleSubjects)
  async lifecycleTable(
    @Query() query: QueryOf<typeof exportLifecycleSubjects>,
  ): Promise<StreamableFile> {
    const { cadence, part } = query;
    return this.download(await this.subjects.lifecycle(query), [cadence, part]);
  }

  @Get('retention/subjects')
  @Operation(listRetentionSubjects)
  async ofRetention(@Query() query: QueryOf<typeof listRetentionSubjects>): Promise<ChartSubjects> {
    const list = await this.subjects.retention(query, this.today());
    return this.subjects.page(list, query.page_number, query.page_size);
  }

  @Get('retention/subjects/csv')
  @Operation(exportRetentionSubjects)
  async retentionTable(
    @Query() query: QueryOf<typeof exportRetentionSubjects>,
  ): Promise<StreamableFile> {
    const { cadence, state = 'cohort' } = query;
    return this.download(await this.subjects.retention(query, this.today()), [cadence, state]);
  }

  private download(list: SubjectList, names: readonly string[]): StreamableFile {
    const name = [`${list.subject}s`, ...names, formatDay(list.period.from)].join('-');
    return new StreamableFile(this.subjects.file(list), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="${name.toLowerCase()}.csv"`,
    });
  }

  private today(): number {
    return this.calendar.dayOf(this.clock.now());
  }
}
