import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Closable } from './closing.js';

/** A process of the bench's own, so that what it does is measured apart, which answers questions. */
export interface Child<Q, A> extends Closable {
  /** One at a time. @throws Error what it threw, or that it ended */
  ask(question: Q): Promise<A>;
}

type Answer<A> = { answer: A } | { error: string };

/** Starts a module that calls `answerParent`. @param module its address, of `import.meta.url`'s kind */
export function startChild<Q, A>(module: URL): Promise<Child<Q, A>> {
  const child = fork(module, { serialization: 'advanced', execArgv: [] });
  const ended = once(child, 'exit');
  const broken = ended.then(() => {
    throw new Error(`${module.pathname} ended early.`);
  });
  broken.catch(() => undefined);
  return Promise.resolve({
    ask: async (question) => {
      child.send(question as object);
      const [told] = (await Promise.race([once(child, 'message'), broken])) as [Answer<A>];
      if ('error' in told) throw new Error(told.error);
      return told.answer;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  });
}

/** In the child: answers each question of the parent, and ends when the parent lets go or is gone. */
export function answerParent<Q, A>(answer: (question: Q) => Promise<A> | A): void {
  const tell = (told: Answer<A>) => process.send!(told);
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Q) => {
    void Promise.resolve()
      .then(() => answer(question))
      .then(
        (value) => tell({ answer: value }),
        (error: unknown) => tell({ error: error instanceof Error ? error.stack! : String(error) }),
      );
  });
}
