import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** The message to a thread, and its answer. */
export interface Order<Task, Common> {
  id: number;
  task: Task;
  /** What several tasks need; omitted when it is that of the previous order. */
  common?: Common | undefined;
}
export type Answer = { id: number } & ({ result: unknown } | { problem: string });

interface Job<Task, Common> {
  task: Task;
  common: Common | undefined;
  make: () => unknown;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** Tasks that a thread has at a time: one in work, and one to begin while the main thread is busy. */
const TASKS_A_THREAD = 2;

/**
 * The main thread and a few others, which work on the tasks of a run: each takes the next one of a queue. Tasks have
 * their input and their results in shared memory, and no two of them write to the same place, so a run gives the same
 * bytes with any number of threads.
 */
export class TaskThreads<Task, Common = never> {
  private readonly queue: Job<Task, Common>[] = [];
  private readonly threads: TaskThread<Task, Common>[] = [];

  /**
   * @param count how many threads, the main thread included; with 1, everything runs on the main thread
   * @param script answers each `Order` with an `Answer`
   */
  constructor(
    readonly count: number,
    private readonly script: URL,
  ) {}

  /** Starts the threads. Otherwise each starts with its first task, which waits until its script is loaded. */
  start(): void {
    while (this.threads.length < this.count - 1) this.startThread();
  }

  /**
   * Queues a task for any thread.
   * @param task copied to another thread; arrays in shared memory are shared
   * @param make does the same on the main thread
   * @param common copied to each thread once for all tasks with the same object
   * @returns the result; rejects when the task fails or its thread ends
   */
  add<Result>(task: Task, make: () => Result, common?: Common): Promise<Result> {
    const result = new Promise<unknown>((resolve, reject) => {
      this.queue.push({ task, common, make, resolve, reject });
    });
    // A failed run does not await all of its tasks.
    result.catch(() => undefined);
    this.dispatch();
    return result as Promise<Result>;
  }

  /** Works on queued tasks on the main thread until a result is there. */
  async result<Result>(awaited: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = () => void (isSettled = true);
    awaited.then(settle, settle);
    await yieldToEventLoop();
    for (let job = this.queue.shift(); job; job = isSettled ? undefined : this.queue.shift()) {
      try {
        job.resolve(job.make());
      } catch (error) {
        job.reject(error as Error);
      }
      await yieldToEventLoop();
    }
    return awaited;
  }

  /** `result` of several tasks. */
  async all(awaited: readonly Promise<unknown>[]): Promise<void> {
    await this.result(Promise.all(awaited));
  }

  /** Drops the tasks that no thread has begun; their results reject. */
  clear(): void {
    const dropped = new Error('The run ended before this task began.');
    for (const job of this.queue.splice(0)) job.reject(dropped);
  }

  /**
   * Drops all tasks and ends the threads, which frees what they share: 824 → 443 MB with facts of 380 MB before and after. To
   * drop the references would not: an idle thread does not collect garbage. The next task starts a new thread.
   */
  end(): void {
    this.clear();
    for (const thread of [...this.threads]) thread.terminate();
  }

  private dispatch(): void {
    while (this.queue.length > 0) {
      const thread = this.freeThread();
      if (!thread) return;
      thread.send(this.queue.shift()!);
    }
  }

  private freeThread(): TaskThread<Task, Common> | undefined {
    const free = this.threads.find((thread) => thread.jobs === 0);
    if (free) return free;
    if (this.threads.length < this.count - 1) return this.startThread();
    return this.threads.find((thread) => thread.jobs < TASKS_A_THREAD);
  }

  private startThread(): TaskThread<Task, Common> {
    const started: TaskThread<Task, Common> = new TaskThread(
      this.script,
      () => this.dispatch(),
      () => void this.threads.splice(this.threads.indexOf(started), 1),
    );
    this.threads.push(started);
    return started;
  }
}

class TaskThread<Task, Common> {
  private readonly worker: Worker;
  private readonly sent = new Map<number, Job<Task, Common>>();
  private common: Common | undefined;
  private last = 0;
  private hasEnded = false;

  /** @param onAnswer called when it has fewer jobs @param onEnd called when it takes no more jobs */
  constructor(
    script: URL,
    private readonly onAnswer: () => void,
    private readonly onEnd: () => void,
  ) {
    this.worker = new Worker(script);
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.take(answer));
    this.worker.on('error', (error) => this.end(error.message));
    this.worker.on('exit', (code) => this.end(`it exited with ${code}`));
  }

  get jobs(): number {
    return this.sent.size;
  }

  send(job: Job<Task, Common>): void {
    const id = ++this.last;
    this.sent.set(id, job);
    // The process waits for tasks, but not for threads without any.
    this.worker.ref();
    const { task, common } = job;
    const isSent = common === undefined || common === this.common;
    if (!isSent) this.common = common;
    const order: Order<Task, Common> = { id, task, common: isSent ? undefined : common };
    this.worker.postMessage(order);
  }

  terminate(): void {
    this.end('the run failed');
    void this.worker.terminate();
  }

  private take(answer: Answer): void {
    // An answer that was on its way when the thread was terminated.
    if (this.hasEnded) return;
    const job = this.sent.get(answer.id)!;
    this.sent.delete(answer.id);
    if (this.sent.size === 0) this.worker.unref();
    if ('problem' in answer) job.reject(new Error(answer.problem));
    else job.resolve(answer.result);
    this.onAnswer();
  }

  private end(reason: string): void {
    // A thread that fails also exits.
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnd();
    for (const job of this.sent.values())
      job.reject(new Error(`A thread of the engine ended before its task was done: ${reason}.`));
    this.sent.clear();
  }
}
