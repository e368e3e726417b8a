// Where nobody watches, a test that failed because the machine was busy is run once more; its first
// failure is printed all the same.
import { jest } from '@jest/globals';

if (process.env.CI) jest.retryTimes(1, { logErrorsBeforeRetry: true });
