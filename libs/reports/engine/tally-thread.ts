import { parentPort } from 'node:worker_threads';
import { tallyOrgs, type Tallying } from './org-tallies.js';

// The script of the thread that `OrgThread` starts.
parentPort!.on('message', (tallying: Tallying) => {
  tallyOrgs(tallying);
  parentPort!.postMessage('done');
});
