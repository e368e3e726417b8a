import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { SegmentsModule } from '#libs/segments';
import { ChartController } from './chart.controller.js';
import { ChartService } from './chart.service.js';
import { SegmentedChartController } from './segmented-chart.controller.js';
import { OrgActivityService } from './org-activity.service.js';

/** The endpoints of charts, for processes that answer HTTP. */
@Module({
  imports: [FactsModule, SegmentsModule],
  controllers: [ChartController, SegmentedChartController],
  providers: [ChartService],
})
export class ChartsApiModule {}

/** Derives chart data, in workers. */
@Module({ providers: [OrgActivityService], exports: [OrgActivityService] })
export class ChartsWorkerModule {}
