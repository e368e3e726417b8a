export { ReportsApiModule, ReportsWorkerModule, RunsModule } from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
export { definitionOf } from './definitions/index.js';
export { sliceOf } from './snapshots/page.query.js';
