// The unit tests alone: they need no PostgreSQL, no Redis and no browser.
import base from './jest.config.mjs';

const { globalSetup: _setup, globalTeardown: _teardown, testSequencer: _order, ...rest } = base;
export default { ...rest, roots: ['<rootDir>/test/unit'] };
