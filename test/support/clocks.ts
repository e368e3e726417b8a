const PRELOAD = new URL('./clock-preload.mjs', import.meta.url);

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Settings of a process whose clock is ahead of the machine's, or behind by a negative number. */
export function clockAhead(ms: number): Record<string, string> {
  return { NODE_OPTIONS: `--import ${PRELOAD.href}`, CLOCK_AHEAD_MS: String(ms) };
}
