/**
 * Redirects requests from one origin to another without other changes.
 * @returns a function that restores the previous fetch
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
