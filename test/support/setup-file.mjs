// With CI set, a test that failed because the machine was busy is run once more; its first failure is printed all
// the same.
import { jest } from '@jest/globals';
import fc from 'fast-check';

if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });

// Each file has a random seed of its own, which a second try keeps: a fault that random input has found stays found.
fc.configureGlobal({ seed: Date.now() | 0 });
