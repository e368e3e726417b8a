const WORD_SHIFT = 5;

/** Some of the keys there are, a bit each: ten million fit where a processor finds them at once, in bytes they do not. */
export class Bitset {
  private readonly words: Uint32Array;

  /** @param size one more than the highest key */
  constructor(size: number) {
    this.words = new Uint32Array((size >>> WORD_SHIFT) + 1);
  }

  add(key: number): void {
    // A shift looks at the lowest five bits alone.
    this.words[key >>> WORD_SHIFT]! |= 1 << key;
  }

  delete(key: number): void {
    this.words[key >>> WORD_SHIFT]! &= ~(1 << key);
  }

  has(key: number): boolean {
    return this.bit(key) === 1;
  }

  /** 1 for a key that is in it, else 0. */
  bit(key: number): number {
    return (this.words[key >>> WORD_SHIFT]! >>> key) & 1;
  }
}
