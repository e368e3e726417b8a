import type { Stage } from '../stage.js';
import { backpressure } from './backpressure.js';
import { charts } from './charts.js';
import { derivation } from './derivation.js';
import { disk } from './disk.js';
import { engagement } from './engagement.js';
import { files } from './files.js';
import { ingest } from './ingest.js';
import { orgPage } from './org-page.js';
import { pages } from './pages.js';
import { runs } from './runs.js';
import { singles } from './singles.js';
import { subjectIndex } from './subject-index.js';

/** The stages, in the order of the table. */
export const STAGES: readonly Stage[] = [
  runs,
  charts,
  engagement,
  derivation,
  ingest,
  singles,
  backpressure,
  pages,
  orgPage,
  subjectIndex,
  files,
  disk,
];
