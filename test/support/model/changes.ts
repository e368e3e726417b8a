/**
 * "A row in both lists has moved when its rank changed further than its explained change, or in the other
 * direction"; explained is entered above − left above.
 */
export function movedIds(before: readonly string[], after: readonly string[]): string[] {
  return after.filter((id, place) => {
    const placeBefore = before.indexOf(id);
    if (placeBefore < 0) return false;
    const enteredAbove = after.slice(0, place).filter((one) => !before.includes(one)).length;
    const leftAbove = before.slice(0, placeBefore).filter((one) => !after.includes(one)).length;
    const [change, explained] = [place - placeBefore, enteredAbove - leftAbove];
    const isExplained =
      Math.abs(change) <= Math.abs(explained) && Math.sign(change) * Math.sign(explained) >= 0;
    return change !== 0 && !isExplained;
  });
}

/**
 * "segment(changes) = changes of segments": the ids of the rows that entered, moved and left, and of the later list,
 * among the subjects that match now. "ranks stay those of the whole list".
 */
export function changesOf(
  before: readonly string[],
  after: readonly string[],
  isCounted: (id: string) => boolean = () => true,
): Record<'listed' | 'entered' | 'moved' | 'left', string[]> {
  return {
    listed: after.filter(isCounted),
    entered: after.filter((id) => !before.includes(id) && isCounted(id)),
    moved: movedIds(before, after).filter(isCounted),
    left: before.filter((id) => !after.includes(id) && isCounted(id)),
  };
}
