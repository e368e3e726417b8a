/**
 * Sends what is fetched from one origin to another, and changes nothing else of it.
 * @returns what puts the former fetch back
 */
export function redirectFetch(from: string, to: () => string): () => void {
  const direct = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    if (new URL(address).origin !== from) return direct(input, init);
    return direct(to() + address.slice(from.length), init);
  };
  return () => {
    globalThis.fetch = direct;
  };
}
