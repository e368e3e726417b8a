import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { insights, type Definitions, type Summary } from '#libs/contracts';
import { Access, jsonSchema } from '#libs/platform';
import { TERMS } from './definitions.js';
import { SummaryService } from './summary.service.js';

/** How things are, and what the words mean. */
@ApiTags('insights')
@ApiSecurity('key')
@Controller('api/insights/v1')
@Access('read')
export class OverviewController {
  constructor(private readonly summaries: SummaryService) {}

  @Get('summary')
  @ApiOperation({ summary: 'This month beside the same days of last month' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.summary) })
  summary(): Promise<Summary> {
    return this.summaries.summary();
  }

  @Get('definitions')
  @ApiOperation({ summary: 'What each number and each report means' })
  @ApiResponse({ status: 200, schema: jsonSchema(insights.definitions) })
  definitions(): Definitions {
    return { terms: TERMS };
  }
}
