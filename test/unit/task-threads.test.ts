import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type * as Threads from '../../libs/reports/engine/task-threads.js';
import { listsOf, storeArb } from './threads/random-store.js';

// Compiled files, because a worker thread cannot run TypeScript.
const COMPILED = '../../dist/libs/reports/engine/task-threads.js';
const { TaskThreads } = (await import(COMPILED)) as typeof Threads;

test('the lists of a run are the same to the byte with 1, 2 and 4 threads', async () => {
  await fc.assert(
    fc.asyncProperty(storeArb, async (store) => {
      const [one, two, four] = [
        await listsOf(store, 1),
        await listsOf(store, 2),
        await listsOf(store, 4),
      ];
      expect(two).toEqual(one);
      expect(four).toEqual(one);
    }),
    { numRuns: 15 },
  );
});

const SCRIPT = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ id, task }) => {
      if (task === 'exit') process.exit(3);
      if (task === 'throw') throw new Error('out of order');
      parentPort.postMessage(task === 'fail' ? { id, problem: 'wrong input' } : { id, result: task });
    });`)}`,
);
const onMain = () => 'made on the main thread';

describe('the threads', () => {
  test('work on tasks in the order of the queue, with the main thread', async () => {
    const threads = new TaskThreads<number>(3, SCRIPT);
    const tasks = Array.from({ length: 40 }, (_, index) => threads.add(index, () => index));
    await threads.all(tasks);
    expect(await Promise.all(tasks)).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  test('may start before the first task', async () => {
    const threads = new TaskThreads<string>(3, SCRIPT);
    threads.start();
    expect(await Promise.all(['a', 'b'].map((task) => threads.add(task, onMain)))).toEqual([
      'a',
      'b',
    ]);
  });

  test('are none with a count of 1: the main thread makes a task when its result is awaited', async () => {
    const threads = new TaskThreads<string>(1, SCRIPT);
    let isMade = false;
    const result = threads.add('exit', () => (isMade = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isMade).toBe(false);
    expect(await threads.result(result)).toBe(true);
  });

  test('pass on the error of a task, also of one on the main thread', async () => {
    const threads = new TaskThreads<string>(2, SCRIPT);
    await expect(threads.add('fail', onMain)).rejects.toThrow('wrong input');
    const alone = new TaskThreads<string>(1, SCRIPT);
    const fails = () => {
      throw new Error('wrong here');
    };
    await expect(alone.result(alone.add('a', fails))).rejects.toThrow('wrong here');
  });

  test.each(['exit', 'throw'])(
    'report a thread that ends (%s), and start another one',
    async (how) => {
      const threads = new TaskThreads<string>(2, SCRIPT);
      const lost = [threads.add(how, onMain), threads.add('behind it', onMain)];
      for (const task of lost)
        await expect(task).rejects.toThrow('A thread of the engine ended before its task was done');
      expect(await threads.add('next', onMain)).toBe('next');
    },
  );

  test('drop the tasks that none has begun when a run ends', async () => {
    const threads = new TaskThreads<string>(1, SCRIPT);
    const made: string[] = [];
    void threads.add('of a failed run', () => made.push('of a failed run'));
    threads.clear();
    await threads.result(threads.add('of the next', () => made.push('of the next')));
    expect(made).toEqual(['of the next']);
  });

  test('of a failed run end, with their tasks; new ones get what tasks have in common again', async () => {
    const script = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort, threadId } from 'node:worker_threads';
        let last;
        parentPort.on('message', ({ id, task, common }) => {
          if (common) last = common;
          if (task !== 'wait') parentPort.postMessage({ id, result: { threadId, isSent: !!common, last } });
        });`)}`,
    );
    interface Seen {
      threadId: number;
      isSent: boolean;
      last: string;
    }
    const threads = new TaskThreads<string, string>(2, script);
    const onMainOf = (): Seen => {
      throw new Error('not on the main thread');
    };
    const seen = (task: string) => threads.add(task, onMainOf, 'facts');
    const first = await seen('a');
    expect(first).toMatchObject({ isSent: true, last: 'facts' });
    expect(await seen('b')).toEqual({ ...first, isSent: false });
    const lost = [seen('wait'), seen('wait'), seen('queued')];
    threads.end();
    for (const task of lost) await expect(task).rejects.toThrow(/ended before (its|this) task/);
    const next = await seen('c');
    expect(next).toMatchObject({ isSent: true, last: 'facts' });
    expect(next.threadId).not.toBe(first.threadId);
    threads.end();
  });
});
