import { afterAll, afterEach } from '@jest/globals';

type Cleanup = () => unknown;

/**
 * Collects what has to be put away, also when a test fails: the last first, each even when another
 * cannot be.
 * @returns takes one cleanup
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
