import { Module } from '@nestjs/common';
import { FactsModule } from '#libs/facts';
import { SegmentsModule } from '#libs/segments';
import { ChartController } from './chart.controller.js';
import { ChartService } from './chart.service.js';
import { ActivityReadings } from './engagement/activity-readings.service.js';
import { ChartSubjectsController } from './engagement/chart-subjects.controller.js';
import { ChartSubjectsService } from './engagement/chart-subjects.service.js';
import { EngagementController } from './engagement/engagement.controller.js';
import { EngagementService } from './engagement/engagement.service.js';
import { SegmentedChartController } from './segmented-chart.controller.js';
import { OrgActivityService } from './org-activity.service.js';

/** The endpoints of charts, for processes that answer HTTP. */
@Module({
  imports: [FactsModule, SegmentsModule],
  controllers: [
    ChartController,
    EngagementController,
    ChartSubjectsController,
    SegmentedChartController,
  ],
  providers: [ChartService, ActivityReadings, EngagementService, ChartSubjectsService],
})
export class ChartsApiModule {}

/** Derives chart data, in workers. */
@Module({ providers: [OrgActivityService], exports: [OrgActivityService] })
export class ChartsWorkerModule {}
