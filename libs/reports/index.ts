export { ReportsApiModule, ReportsWorkerModule, RunsModule } from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
export { definitionOf } from './definitions/index.js';
export { unpackList } from './snapshots/packing.js';
export { snapshotTable } from './snapshots/snapshots.store.js';
