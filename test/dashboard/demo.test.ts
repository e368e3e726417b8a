import { afterAll, beforeAll, describe, jest, test } from '@jest/globals';
import { hasBrowser } from '../support/browser.js';
import { dataCases } from './cases/data.js';
import { doorCases } from './cases/doors.js';
import { engagementCases } from './cases/engagement.js';
import { exclusionCases } from './cases/exclusions.js';
import { filterCases } from './cases/filters.js';
import { indexCases } from './cases/index.js';
import { mannersCases } from './cases/manners.js';
import { overviewCases } from './cases/overview.js';
import { reportCases } from './cases/reports.js';
import { searchCases } from './cases/search.js';
import { signingInCases } from './cases/signing-in.js';
import { subscriptionCases } from './cases/subscriptions.js';
import { subjectCases } from './cases/subjects.js';
import { startWorld, type World } from './world.js';

jest.setTimeout(120_000);

if (!hasBrowser) test.todo('the dashboard on the demo (there is no chromium here)');

(hasBrowser ? describe : describe.skip)('the dashboard on the demo', () => {
  let started: World;
  beforeAll(async () => {
    started = await startWorld();
  });
  afterAll(() => started?.close());
  const world = () => started;

  signingInCases(world);
  overviewCases(world);
  reportCases(world);
  subjectCases(world);
  engagementCases(world);
  indexCases(world);
  searchCases(world);
  filterCases(world);
  exclusionCases(world);
  subscriptionCases(world);
  dataCases(world);
  mannersCases(world);
  doorCases(world);
});
