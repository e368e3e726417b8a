// With CI set, a test that failed, perhaps on a busy machine, is run once more; its first failure is still printed.
import { jest } from '@jest/globals';
import fc from 'fast-check';

if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Each file has its own random seed, and a second try uses the same seed: a fault that random input finds is found again.
fc.configureGlobal({ seed: Date.now() | 0 });
