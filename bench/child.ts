import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Closable } from './closing.js';

/** A child process that answers messages, so that its work is measured separately. */
export interface Child<Q, A> extends Closable {
  /** Sends one message at a time. @throws Error the error of the child, or that it ended */
  ask(question: Q): Promise<A>;
}

type Answer<A> = { answer: A } | { error: string };

/** Starts a module that calls `answerParent`. @param module its URL, such as `import.meta.url` */
export function startChild<Q, A>(module: URL): Promise<Child<Q, A>> {
  const child = fork(module, { serialization: 'advanced', execArgv: [] });
  const ended = once(child, 'exit');
  const broken = ended.then(() => {
    throw new Error(`${module.pathname} ended early.`);
  });
  broken.catch(() => undefined);
  return Promise.resolve({
    ask: async (question) => {
      child.send(question as object, () => undefined);
      const [reply] = (await Promise.race([once(child, 'message'), broken])) as [Answer<A>];
      if ('error' in reply) throw new Error(reply.error);
      return reply.answer;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  });
}

/** In the child: answers each message of the parent, and ends when the parent disconnects or ends. */
export function answerParent<Q, A>(answer: (question: Q) => Promise<A> | A): void {
  const send = (reply: Answer<A>) => process.send?.(reply, () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Q) => {
    void Promise.resolve()
      .then(() => answer(question))
      .then(
        (value) => send({ answer: value }),
        (error: unknown) => send({ error: error instanceof Error ? error.stack! : String(error) }),
      );
  });
}
