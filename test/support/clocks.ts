const PRELOAD = new URL('./clock-preload.mjs', import.meta.url);

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Settings of a process with a clock ahead of the machine's, or behind if negative. */
export function clockAhead(ms: number): Record<string, string> {
  return { NODE_OPTIONS: `--import ${PRELOAD.href}`, CLOCK_AHEAD_MS: String(ms) };
}
