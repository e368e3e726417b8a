export { chartValues } from './chart.query.js';
export { ChartsApiModule, ChartsWorkerModule } from './charts.module.js';
export { OrgActivityService } from './org-activity.service.js';
export { lastActiveDaysOf } from './org-last-active.query.js';
export { chartsAreCurrent } from './changes.store.js';
export { periodsBetween, type Period } from './periods.js';
