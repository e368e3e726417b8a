/** The exit code of a process that Ctrl-C stopped. */
export const STOPPED = 130;

/**
 * An abort signal for Ctrl-C or SIGTERM. The first one lets the current work finish; the second one ends
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
