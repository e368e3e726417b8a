export { InsightsApiModule } from './insights.module.js';
