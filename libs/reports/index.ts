export { ReportsApiModule, ReportsWorkerModule, RunsModule } from './reports.module.js';
export { RunsService } from './runs/runs.service.js';
