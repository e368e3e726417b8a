const DAY_SECONDS = 86_400;

/** The keys that exist, in the order in which a scan names all of them. */
export async function existingKeys(
  scan: (onKey: (key: number) => void) => Promise<void>,
  exists: Uint8Array,
): Promise<Uint32Array> {
  const keys = new Uint32Array(exists.length);
  let count = 0;
  await scan((key) => {
    if (exists[key] === 1) keys[count++] = key;
  });
  return keys.slice(0, count);
}

/** The days of instants in unix seconds, counted from 1970. */
export function daysOf(seconds: Uint32Array): Uint32Array {
  const days = new Uint32Array(seconds.length);
  for (let place = 0; place < days.length; place++) {
    days[place] = Math.floor(seconds[place]! / DAY_SECONDS);
  }
  return days;
}
