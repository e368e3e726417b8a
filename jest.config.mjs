// The tests are compiled as they are read; the sources they import are the compiled ones in dist/.
export default {
  testEnvironment: '<rootDir>/test/support/plain-globals.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/setup-file.mjs'],
  testSequencer: '<rootDir>/test/support/long-first.mjs',
  testTimeout: 60_000,
  maxWorkers: 2,
};
