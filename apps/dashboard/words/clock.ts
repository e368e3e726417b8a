/** The one place of the page that reads the time, in milliseconds since 1970. */
export function now(): number {
  return Date.now();
}
