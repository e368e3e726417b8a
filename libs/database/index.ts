export * from './away.js';
export { committedOnAllNodes, finishCommits } from './commits.js';
export * from './copy.js';
export { copyPacked, packRow } from './copy-in.js';
export * from './database.js';
export { literal } from './literals.js';
export { exhaustedNumbers, outsideFault } from './faults.js';
export * from './migrate.js';
export { takeMigrationLock } from './migration-lock.js';
export {
  migrationNames,
  newerStoreMessage,
  onlyKnownMigrations,
  schemaState,
} from './migrations.js';
export * from './package-root.js';
export { checkSchemaRight, explainRefusal } from './refusal.js';
export * from './row-source.js';
export { hasDedicatedSessions, withOptions } from './pooler-detection.js';
export { CONNECTION_OPTIONS, withConnection } from './pools.js';
export { statementsOf } from './statements.js';
export { watch, watchPool } from './watchdog.js';
