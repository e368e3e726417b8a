export * from './catalogue.js';
export * from './check-event.js';
export * from './errors.js';
export * from './events.js';
export { id as idSchema, isObject } from './fields.js';
export * from './instant.js';
export * from './jobs.js';
export * as wire from './wire.js';
export type * from './wire.js';
