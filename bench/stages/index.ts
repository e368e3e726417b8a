import type { Stage } from '../stage.js';
import { charts } from './charts.js';
import { runs } from './runs.js';

/** What is measured, in the order of the table. */
export const STAGES: readonly Stage[] = [runs, charts];
