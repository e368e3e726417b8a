export { DeadLettersService } from './dead-letters.service.js';
export { IngestApiModule, IngestModule } from './ingest.module.js';
export { IngestService } from './ingest.service.js';
export { Ledger } from './ledger/ledger.service.js';
export { Sources } from './sources/sources.js';
export { IngestUpkeep } from './upkeep.service.js';
export { checkSecrets } from './sources/webhook-secrets.js';
export { demoHistory, type DemoEvent } from './sources/demo/index.js';
export * from './imports/index.js';
