export { InsightsApiModule } from './insights.module.js';
export { monthSoFar } from './months.js';
