import { useState } from 'preact/hooks';
import type { Failure } from '../api/client.js';

/** The message about an action. */
export interface Attempt {
  words: string;
  say: (words: string) => void;
  /** Runs `work`. @param words the message meanwhile @param work may return the message at its end */
  attempt: (words: string, work: () => Promise<string | void>) => Promise<void>;
}

/** Runs an action and keeps its message: in progress, done, or why it failed. */
export function useAttempt(): Attempt {
  const [words, say] = useState('');
  const attempt = async (meanwhile: string, work: () => Promise<string | void>) => {
    say(meanwhile);
    try {
      const said = await work();
      if (said !== undefined) say(said);
    } catch (error) {
      say((error as Failure).message);
    }
  };
  return { words, say, attempt };
}

interface ActionProps {
  words: string;
  label: string;
  /** The accessible name, when several buttons have the same label. */
  name?: string;
  /** A busy button keeps the focus and does nothing. */
  isBusy?: boolean;
  onAct: () => unknown;
}

/** A button with the message of its action. */
export function Action({ words, label, name, isBusy, onAct }: ActionProps) {
  return (
    <span class="bar">
      <span role="status" class="small soft">
        {words}
      </span>
      <button
        type="button"
        class="button"
        aria-label={name}
        aria-disabled={isBusy}
        onClick={() => isBusy !== true && onAct()}
      >
        {label}
      </button>
    </span>
  );
}
