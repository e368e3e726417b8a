export {
  ReportListsModule,
  ReportsApiModule,
  ReportsWorkerModule,
  RunsModule,
  WithdrawalModule,
} from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
export { runViews } from './runs/run-views.query.js';
export { WithdrawalService } from './runs/withdrawal.service.js';
export { keptRun, type KeptRun } from './api/kept-runs.query.js';
export { FrozenLists } from './api/frozen-lists.service.js';
export { frozenKey, frozenLength, frozenRows, type FrozenList } from './api/frozen-list.js';
export type { ThawedRow } from './api/frozen-lists.service.js';
export { ReportPositionsService } from './api/report-positions.service.js';
export { ChangesService } from './api/changes.service.js';
export { changesQuery, rankingOf, requestedChanges } from './api/requests.js';
export { reportOf } from './api/request.js';
export { bitCount } from './engine/bits.js';
export { healthOf, type HealthFacts } from './definitions/health.js';
export type { HealthWeights } from './engine/run-facts.js';
export { isSlipping } from './definitions/slipping.js';
export { Backtesting } from './backtest/backtesting.js';
export { MIN_CHURNED, type Fit } from './backtest/fit.js';
export { PARTS as WEIGHT_ORDER } from './backtest/backtest.js';
