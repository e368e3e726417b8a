/** The part of the contracts without schemas: it loads in milliseconds, which matters to threads. */
export * from '../calendar.js';
export * from '../catalogue.js';
export * from '../instant.js';
