export { PagesService } from './pages/pages.service.js';
export { ReportsApiModule, ReportsWorkerModule, RunsModule } from './reports.module.js';
export { RunExecutor } from './runs/run-executor.service.js';
export { RunsService } from './runs/runs.service.js';
