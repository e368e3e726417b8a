import { Body, Controller, Get, Post, Put } from '@nestjs/common';
import { exclusionShapes, type Exclusions, type ExclusionsPreview } from '#libs/contracts';
import { OrgActivityService } from '#libs/charts';
import { ExclusionsService } from '#libs/facts';
import {
  Access,
  Audited,
  Logger,
  NotAudited,
  Operation,
  TakesBody,
  describeError,
  operation,
  type BodyOf,
} from '#libs/platform';

const { MAX_EXCLUSION_RULES } = exclusionShapes;

/** Enough for three full lists. */
const BODY = { maxBytes: 8 * 1024 * 1024 };

/** How long a change waits for the charts of active organizations. */
const CHARTS_WITHIN_MS = 5_000;

const getExclusions = operation({
  id: 'getExclusions',
  tag: 'admin',
  summary: 'Who is excluded from every number',
  reply: exclusionShapes.exclusions,
});

const putExclusions = operation({
  id: 'putExclusions',
  tag: 'admin',
  summary: 'Replace the rules that exclude users and organizations from every number',
  description:
    `At most ${MAX_EXCLUSION_RULES} entries in each list; a list that is left out is empty. Charts, pages, searches and ` +
    'exports follow at once, reports with the next run. In a large store, charts of active organizations may take up to a ' +
    'minute. ' +
    'Without rules, every number is as before.',
  body: exclusionShapes.exclusionRules,
  reply: exclusionShapes.exclusions,
});

const previewExclusions = operation({
  id: 'previewExclusions',
  tag: 'admin',
  summary: 'How many users and organizations some rules would exclude; changes nothing',
  body: exclusionShapes.exclusionRules,
  reply: exclusionShapes.exclusionsPreview,
});

/** The exclusion rules, as `insightd exclusions` shows and changes them. */
@Controller('api/admin/v1/exclusions')
@Access('admin')
export class ExclusionsController {
  constructor(
    private readonly exclusions: ExclusionsService,
    private readonly orgActivity: OrgActivityService,
    private readonly logger: Logger,
  ) {}

  @Get()
  @Operation(getExclusions)
  read(): Promise<Exclusions> {
    return this.exclusions.read();
  }

  @Put()
  @TakesBody(BODY)
  @Operation(putExclusions)
  @Audited(putExclusions, 'exclusions.changed', ({ reply }) => ({
    details: exclusionShapes.countsOf(reply),
  }))
  async replace(@Body() rules: BodyOf<typeof putExclusions>): Promise<Exclusions> {
    const changed = await this.exclusions.replace(rules);
    await this.orgActivity.catchUp(CHARTS_WITHIN_MS).catch((error: unknown) => {
      this.logger.warn('charts will follow the exclusion rules later', describeError(error));
    });
    return changed;
  }

  @Post('preview')
  @TakesBody(BODY)
  @Operation(previewExclusions)
  @NotAudited('changes nothing')
  async preview(@Body() rules: BodyOf<typeof previewExclusions>): Promise<ExclusionsPreview> {
    return { excluded: await this.exclusions.preview(rules) };
  }
}
