import { Module } from '@nestjs/common';
import { RANKINGS, REPORT_RUNS } from '#libs/contracts';
import { QueueModule } from '#libs/platform';
import { SegmentsModule } from '#libs/segments';
import { DEFINITIONS, checkCatalogue } from './definitions/index.js';
import { BacktestController } from './backtest/backtest.controller.js';
import { BacktestService } from './backtest/backtest.service.js';
import { AvailableReportsService } from './api/available-reports.service.js';
import { ChangesService } from './api/changes.service.js';
import { IndexCsvService } from './api/csv/index-csv.service.js';
import { ReportCsvService } from './api/csv/report-csv.service.js';
import { FrozenLists } from './api/frozen-lists.service.js';
import { HistoryController } from './api/history.controller.js';
import { Lists } from './api/lists.service.js';
import { ReportPositionsService } from './api/report-positions.service.js';
import { PagesService } from './api/pages.service.js';
import { ReportsController } from './api/reports.controller.js';
import { RunListService } from './api/run-list.service.js';
import { IndexOrders } from './api/subject-index/index-orders.service.js';
import { SearchService } from './api/subject-index/search.service.js';
import { SubjectIndexController } from './api/subject-index/subject-index.controller.js';
import { SubjectIndexService } from './api/subject-index/subject-index.service.js';
import { SignupParametersService } from './api/signup-parameters.service.js';
import { QueueMetrics } from './runs/queue-metrics.js';
import { ReportRunsProcessor } from './runs/report-runs.processor.js';
import { RunExecutor } from './runs/run-executor.service.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { WithdrawalService } from './runs/withdrawal.service.js';

/** Requests and monitors runs, in every process. */
@Module({
  imports: [QueueModule.register(REPORT_RUNS)],
  providers: [RunsService, QueueMetrics],
  exports: [RunsService],
})
export class RunsModule {
  /** @throws Error when a report of the catalogue cannot be made; the process then does not start */
  constructor() {
    checkCatalogue(RANKINGS, DEFINITIONS);
  }
}

/** Withdraws runs, for the endpoints and the command. */
@Module({ providers: [WithdrawalService], exports: [WithdrawalService] })
export class WithdrawalModule {}

/** Lists of runs that outlive the runs. */
@Module({ providers: [Lists, FrozenLists], exports: [Lists, FrozenLists] })
export class ReportListsModule {}

/** The endpoints of reports, for processes that answer HTTP. */
@Module({
  imports: [RunsModule, WithdrawalModule, SegmentsModule, ReportListsModule],
  controllers: [
    ReportsController,
    HistoryController,
    RunsController,
    SubjectIndexController,
    BacktestController,
  ],
  providers: [
    PagesService,
    ChangesService,
    ReportCsvService,
    ReportPositionsService,
    AvailableReportsService,
    RunListService,
    SignupParametersService,
    SubjectIndexService,
    IndexOrders,
    IndexCsvService,
    SearchService,
    BacktestService,
  ],
  exports: [ReportPositionsService, ChangesService],
})
export class ReportsApiModule {}

/** Makes runs, in workers. */
@Module({
  imports: [RunsModule],
  providers: [RunExecutor, ReportRunsProcessor],
  exports: [RunExecutor],
})
export class ReportsWorkerModule {}
