import { ApiError } from '#libs/contracts';

/** What one request holds of a budget, in bytes, until it is released. */
export class HeldBytes {
  private bytes = 0;
  private isReleased = false;

  constructor(private readonly budget: ByteBudget) {}

  /** @throws ApiError `unavailable` when the budget is used up; nothing more is held then */
  grow(bytes: number): void {
    if (this.isReleased) return;
    this.budget.take(bytes);
    this.bytes += bytes;
  }

  /** Gives back a part. */
  shrink(bytes: number): void {
    if (this.isReleased) return;
    this.budget.giveBack(bytes);
    this.bytes -= bytes;
  }

  /** Gives back the rest. A second call does nothing. */
  release(): void {
    this.shrink(this.bytes);
    this.isReleased = true;
  }
}

/** How many bytes of request bodies a process may hold at the same time. */
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
      const message = 'Too many bytes of requests are being worked on. Send this one again.';
      throw new ApiError('unavailable', message, { retryAfterSeconds: 1 });
    }
    this.held += bytes;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
  }
}
