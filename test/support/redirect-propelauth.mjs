// Loaded before a process of ours (`node --import`): what it asks PropelAuth goes to a test's server.
const { PROPELAUTH_TEST_ORIGIN: origin } = process.env;
const direct = globalThis.fetch;
globalThis.fetch = (address, options) =>
  direct(String(address).replace('https://propelauth-api.com', origin), options);
