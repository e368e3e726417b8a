import { ApiError } from '#libs/contracts';

/** The bytes that one request holds of a budget, until it releases them. */
export class HeldBytes {
  private bytes = 0;
  private isReleased = false;

  constructor(private readonly budget: ByteBudget) {}

  /** @throws ApiError `unavailable` when the budget is used up; then the held bytes stay unchanged */
  grow(bytes: number): void {
    if (this.isReleased) return;
    this.budget.take(bytes);
    this.bytes += bytes;
  }

  /** Returns some of the bytes to the budget. */
  shrink(bytes: number): void {
    if (this.isReleased) return;
    this.budget.giveBack(bytes);
    this.bytes -= bytes;
  }

  /** Returns all bytes to the budget. A second call does nothing. */
  release(): void {
    this.shrink(this.bytes);
    this.isReleased = true;
  }
}

/** Limits the bytes of request bodies that a process holds at the same time. */
export class ByteBudget {
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  get heldBytes(): number {
    return this.held;
  }

  hold(): HeldBytes {
    return new HeldBytes(this);
  }

  take(bytes: number): void {
    if (this.held + bytes > this.maxBytes) {
      const message = 'The memory for request bodies is in use. Send the request again.';
      throw new ApiError('unavailable', message, { retryAfterSeconds: 1 });
    }
    this.held += bytes;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
  }
}
