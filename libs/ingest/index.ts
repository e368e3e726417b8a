export { IngestApiModule, IngestModule } from './ingest.module.js';
export { IngestService } from './ingest.service.js';
export { demoHistory, type DemoEvent } from './sources/demo/index.js';
export * from './imports/index.js';
