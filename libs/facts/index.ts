export * from './cards.query.js';
export { DayBlocks } from './day-block.js';
export { FactsModule } from './facts.module.js';
export { FactsService } from './facts.service.js';
export { forgetIdentities } from './identities.store.js';
export { type Membership } from './replay.js';
export * from './scan.js';
