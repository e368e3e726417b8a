export { DeadLettersService } from './dead-letters/dead-letters.service.js';
export { IngestApiModule, IngestModule } from './ingest.module.js';
export { IngestService } from './pipeline/ingest.service.js';
export { IngestStatistics } from './statistics/ingest-statistics.service.js';
export { Sources } from './sources/sources.js';
export { IngestRetention } from './retention.service.js';
export { checkSecrets } from './sources/webhook-secrets.js';
export { demoHistory, type DemoEvent } from './sources/demo/index.js';
export * from './import/index.js';
