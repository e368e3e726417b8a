export { ExclusionsApiModule } from './exclusions.module.js';
