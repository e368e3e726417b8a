import { parentPort } from 'node:worker_threads';
import { Calendar } from '#libs/contracts/plain';
import { tallyOrgs } from '../engine/org-tallies.js';
import { ScratchBuffers } from '../engine/scratch-buffers.js';
import { sortPart } from '../engine/sort-users.js';
import type { Answer, Order } from '../engine/task-threads.js';
import { makeList } from '../snapshots/lists.js';
import { received } from '../snapshots/shared-facts.js';
import type { ListTask, Task } from './tasks.js';

// The script of the threads of a run. Whatever it imports, each thread loads: neither the database nor the schemas.
const memory = new ScratchBuffers();
let calendar = new Calendar();

parentPort!.on('message', ({ id, task }: Order<Task>) => {
  let answer: Answer;
  try {
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
  return list(input);
}

function list({ facts, calendar: { zone, weekStart }, list: ranking, room }: ListTask): unknown {
  // Kept, because it remembers the offsets of its zone.
  if (zone !== calendar.zone || weekStart !== calendar.weekStart)
    calendar = new Calendar(zone, weekStart);
  return makeList(received(facts, calendar, memory), ranking, room);
}
