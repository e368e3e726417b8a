import type { Senders } from './senders.js';

const notYet = {
  send: () =>
    Promise.resolve({
      result: 'failed' as const,
      status: null,
      error: 'This version cannot send to this kind of target.',
    }),
};

/** Fails every attempt. */
export const NO_SENDERS: Senders = { webhook: notYet, slack: notYet, email: notYet };
