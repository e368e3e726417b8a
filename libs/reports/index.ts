export {
  ReportsApiModule,
  ReportsWorkerModule,
  RunsModule,
  WithdrawalModule,
} from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
export { runViews } from './runs/run-views.query.js';
export { WithdrawalService } from './runs/withdrawal.service.js';
export { keptRun } from './api/kept-runs.query.js';
export { ReportPositionsService } from './api/report-positions.service.js';
export { ChangesService } from './api/changes.service.js';
export { compareLists } from './api/comparison.js';
export { BYTE_ORDER_MARK, csvCells, csvText, csvTime } from './api/csv.js';
export { changesQuery, rankingOf, requestedChanges } from './api/requests.js';
export { reportOf } from './api/request.js';
export { checkCatalogue, definitionOf } from './definitions/index.js';
export { unpackList } from './snapshots/packing.js';
export { snapshotTable } from './snapshots/snapshots.store.js';
export { Backoff } from './runs/backoff.js';
export { ActivityBitmaps } from './engine/activity-bitmaps.js';
export { OrgThread } from './engine/org-thread.js';
export { sortUsers } from './engine/sort-users.js';
export { ScratchBuffers } from './engine/scratch-buffers.js';
