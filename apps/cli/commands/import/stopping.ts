/** What a process ends with that was stopped by Ctrl-C. */
export const STOPPED = 130;

/**
 * A signal for Ctrl-C or SIGTERM: the first one lets what is under way be finished, a second one ends
 * the process at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const begin = () => {
    if (stop.signal.aborted) process.exit(STOPPED);
    process.stderr.write('\nStopping …\n');
    stop.abort();
  };
  process.on('SIGINT', begin);
  process.on('SIGTERM', begin);
  return stop.signal;
}
