const DAY_SECONDS = 86_400;

/** Instants of these keys, in milliseconds, one after another in seconds. */
export function secondsOf(keys: Uint32Array, ms: Float64Array): Uint32Array {
  const seconds = new Uint32Array(keys.length);
  for (let place = 0; place < keys.length; place++) {
    seconds[place] = Math.floor(ms[keys[place]!]! / 1000);
  }
  return seconds;
}

/** The days of instants in unix seconds, counted from 1970. */
export function daysOf(seconds: Uint32Array): Uint32Array {
  const days = new Uint32Array(seconds.length);
  for (let place = 0; place < days.length; place++) {
    days[place] = Math.floor(seconds[place]! / DAY_SECONDS);
  }
  return days;
}
