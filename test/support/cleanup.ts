import { afterAll, afterEach } from '@jest/globals';

type Cleanup = () => unknown;

/**
 * Collects cleanups that also run when a test fails: the last one first, each even when another
 * one fails.
 * @returns a function that registers a cleanup
 */
export const cleanUpAfterEach = (): ((cleanup: Cleanup) => void) => collect(afterEach);

/** As `cleanUpAfterEach`, after the last test of the block. */
export const cleanUpAfterAll = (): ((cleanup: Cleanup) => void) => collect(afterAll);

function collect(hook: typeof afterEach): (cleanup: Cleanup) => void {
  const cleanups: Cleanup[] = [];
  hook(async () => {
    const failures: unknown[] = [];
    for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
  return (cleanup) => void cleanups.push(cleanup);
}
