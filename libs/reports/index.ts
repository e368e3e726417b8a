export { ReportsApiModule, ReportsWorkerModule, RunsModule } from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
export { keptRun } from './history/kept-runs.query.js';
export { StandingsService } from './history/standings.service.js';
export { requestedPage } from './pages/request.js';
export { definitionOf } from './definitions/index.js';
export { unpackList } from './snapshots/packing.js';
export { snapshotTable } from './snapshots/snapshots.store.js';
