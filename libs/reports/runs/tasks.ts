import type { Calendar, Ranking } from '#libs/contracts/plain';
import type { Tallying } from '../engine/org-tallies.js';
import type { SortPart } from '../engine/sort-users.js';
import { TaskThreads } from '../engine/task-threads.js';
import type { SharedFacts } from '../snapshots/shared-facts.js';

/** Work of a run that any thread can do. */
export type Task =
  | { kind: 'tally'; input: Tallying }
  | { kind: 'sort'; input: SortPart }
  | { kind: 'list'; input: ListTask };

/** Makes the rows of a list in `room`, which is in shared memory, with the facts of the run. */
interface ListTask {
  list: Ranking;
  room: Uint32Array;
  head: Uint8Array;
}

/** The input of all lists of a run. */
export interface RunInput {
  facts: SharedFacts;
  calendar: Pick<Calendar, 'zone' | 'weekStart'>;
}

export type RunThreads = TaskThreads<Task, RunInput>;

/** @param count how many threads, the main thread included */
export function runThreads(count: number): RunThreads {
  return new TaskThreads<Task, RunInput>(count, new URL('./task-thread.js', import.meta.url));
}
