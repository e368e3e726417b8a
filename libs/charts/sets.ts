/** Adds a value to the set of a key. @returns whether it is new */
export function addTo(sets: Map<number, Set<number>>, key: number, value: number): boolean {
  const known = sets.get(key);
  if (known?.has(value)) return false;
  if (known) known.add(value);
  else sets.set(key, new Set([value]));
  return true;
}
