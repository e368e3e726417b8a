import { parentPort } from 'node:worker_threads';
import { Calendar } from '#libs/contracts/plain';
import { tallyOrgs } from '../engine/org-tallies.js';
import type { RunFacts } from '../engine/run-facts.js';
import { ScratchBuffers } from '../engine/scratch-buffers.js';
import { sortPart } from '../engine/sort-users.js';
import type { Answer, Order } from '../engine/task-threads.js';
import { makeList } from '../snapshots/lists.js';
import { received } from '../snapshots/shared-facts.js';
import type { RunInput, Task } from './tasks.js';

// The script of the threads of a run. Whatever it imports, each thread loads: neither the database nor the schemas.
const memory = new ScratchBuffers();
let calendar = new Calendar();
let facts: RunFacts | undefined;

parentPort!.on('message', ({ id, task, common }: Order<Task, RunInput>) => {
  let answer: Answer;
  try {
    if (common) facts = factsOf(common);
    answer = { id, result: work(task) };
  } catch (error) {
    answer = { id, problem: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(answer);
});

function work({ kind, input }: Task): unknown {
  memory.rewind();
  if (kind === 'tally') return tallyOrgs(input);
  if (kind === 'sort') return sortPart(input, memory);
  return makeList(facts!, input.list, input.room, input.head);
}

function factsOf({ facts: sent, calendar: { zone, weekStart } }: RunInput): RunFacts {
  // Kept, because it remembers the offsets of its zone.
  if (zone !== calendar.zone || weekStart !== calendar.weekStart)
    calendar = new Calendar(zone, weekStart);
  return received(sent, calendar, memory);
}
