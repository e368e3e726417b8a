/**
 * Caches a query per history; histories never change. Nearly every query needs spans and active days, and computing
 * them for each row of each report took most of the tests' time.
 */
export function oncePerHistory<History extends object, T>(
  query: (history: History) => T,
): (history: History) => T {
  const answers = new WeakMap<History, T>();
  return (history) => {
    const known = answers.get(history);
    if (known !== undefined) return known;
    const answer = query(history);
    answers.set(history, answer);
    return answer;
  };
}

/** The value under a key of a map, made when it is first read. */
export function oncePerKey<Key, T>(answers: Map<Key, T>, key: Key, make: () => T): T {
  if (!answers.has(key)) answers.set(key, make());
  return answers.get(key)!;
}
