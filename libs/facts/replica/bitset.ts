const WORD_SHIFT = 5;

/**
 * A set of keys, one bit per key. Ten million keys fit in the L2 cache; with a byte per key they do
 * not.
 */
export class Bitset {
  private readonly words: Uint32Array;

  /** @param size one more than the highest key */
  constructor(size: number) {
    this.words = new Uint32Array((size >>> WORD_SHIFT) + 1);
  }

  add(key: number): void {
    // Shift operators use only the lowest five bits of the count.
    this.words[key >>> WORD_SHIFT]! |= 1 << key;
  }

  delete(key: number): void {
    this.words[key >>> WORD_SHIFT]! &= ~(1 << key);
  }

  has(key: number): boolean {
    return this.bit(key) === 1;
  }

  /** 1 when the set contains the key, otherwise 0. */
  bit(key: number): number {
    return (this.words[key >>> WORD_SHIFT]! >>> key) & 1;
  }
}
