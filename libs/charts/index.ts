export { ChartsApiModule, ChartsWorkerModule } from './charts.module.js';
export { OrgActivityService } from './org-activity.service.js';
export { chartsAreCurrent } from './org-activity.store.js';
