// Preloaded into a process under test: redirects requests from one origin to another, since the official client of
// PropelAuth's API supports only one address.
const { REDIRECT_FROM: from, REDIRECT_TO: to } = process.env;
const direct = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const address = input instanceof Request ? input.url : String(input);
  return direct(address.startsWith(`${from}/`) ? to + address.slice(from.length) : input, init);
};
