/** A set of event names, compared without regard to case. A star at the end of an entry matches any ending. */
export class IgnoredNames {
  private readonly whole: ReadonlySet<string>;
  private readonly beginnings: readonly string[];

  constructor(entries: readonly string[]) {
    const names = entries.map((entry) => entry.toLowerCase());
    this.whole = new Set(names.filter((name) => !name.endsWith('*')));
    this.beginnings = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  }

  /** @param name undefined for an event without one */
  includes(name: string | undefined): boolean {
    if (name === undefined || this.whole.size + this.beginnings.length === 0) return false;
    const lower = name.toLowerCase();
    return (
      this.whole.has(lower) || this.beginnings.some((beginning) => lower.startsWith(beginning))
    );
  }
}
