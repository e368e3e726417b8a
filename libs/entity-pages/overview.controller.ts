import { Controller, Get } from '@nestjs/common';
import { insights, type Definitions, type Summary } from '#libs/contracts';
import { Access, Operation, operation } from '#libs/platform';
import { TERMS } from './definitions.js';
import { SummaryService } from './summary.service.js';

const getSummary = operation({
  id: 'getSummary',
  tag: 'insights',
  summary: 'This month, compared with the same days of last month',
  reply: insights.summary,
});

const getDefinitions = operation({
  id: 'getDefinitions',
  tag: 'insights',
  summary: 'The meaning of each number and each report',
  reply: insights.definitions,
});

/** The summary of the month, and the definitions of terms. */
@Controller('api/insights/v1')
@Access('read')
export class OverviewController {
  constructor(private readonly summaries: SummaryService) {}

  @Get('summary')
  @Operation(getSummary)
  summary(): Promise<Summary> {
    return this.summaries.summary();
  }

  @Get('definitions')
  @Operation(getDefinitions)
  definitions(): Definitions {
    return { terms: TERMS };
  }
}
