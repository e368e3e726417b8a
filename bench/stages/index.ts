import type { Stage } from '../stage.js';

/** What is measured, in the order of the table. */
export const STAGES: readonly Stage[] = [];
