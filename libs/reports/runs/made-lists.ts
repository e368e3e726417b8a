import type { Calendar } from '#libs/contracts';
import type { RunFacts } from '../engine/run-facts.js';
import { LISTS, makeList, mostWords } from '../snapshots/lists.js';
import { shared } from '../snapshots/shared-facts.js';
import { rowHead, type StoredList } from '../snapshots/snapshots.store.js';
import type { RunThreads } from './tasks.js';

/** Lists in memory for each thread: one that it makes. One more is being written, and one waits to be written. */
function roomsFor(threads: RunThreads): number {
  return threads.count === 1 ? 2 : threads.count + 2;
}

/**
 * Makes the lists of a run's snapshot, in order. A list stays valid until the next but one is requested; as many are in
 * memory as there are rooms.
 */
export async function* madeLists(
  facts: RunFacts,
  calendar: Calendar,
  threads: RunThreads,
): AsyncGenerator<StoredList> {
  const rooms = roomsFor(threads);
  const { zone, weekStart } = calendar;
  const common = { facts: shared(facts), calendar: { zone, weekStart } };
  const begin = (index: number): Promise<StoredList> => {
    const list = LISTS[index]!;
    const head = rowHead(list);
    const room = facts.memory.outgoingOf(index % rooms).take(mostWords(facts, list, head));
    const input = { list, room, head };
    const made = threads
      .add({ kind: 'list', input }, () => makeList(facts, list, room, head), common)
      .then(({ total, bytes }) => {
        return { ...list, total, rows: Buffer.from(room.buffer, room.byteOffset, bytes) };
      });
    // When a run fails, lists that were begun ahead are not awaited.
    made.catch(() => undefined);
    return made;
  };
  const begun: Promise<StoredList>[] = [];
  try {
    for (let next = 0; next < LISTS.length; next++) {
      while (begun.length < Math.min(next - 1 + rooms, LISTS.length))
        begun.push(begin(begun.length));
      yield await threads.result(begun[next]!);
    }
  } finally {
    // A repeated attempt uses the same rooms, so nothing may write to them any more.
    threads.clear();
    await Promise.allSettled(begun);
  }
}
