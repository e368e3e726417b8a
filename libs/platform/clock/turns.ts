import { ApiError } from '#libs/contracts';

/** Limits how many tasks run at a time and how many wait. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
    /** What the tasks are, such as `searches`. */
    private readonly tasks: string,
  ) {}

  /** @throws ApiError `unavailable` when too many tasks wait */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      if (this.waiting.length >= this.maxWaiting) {
        const message = `Too many ${this.tasks} wait at the moment. Try again.`;
        throw new ApiError('unavailable', message, { retryAfterSeconds: 5 });
      }
      // The task that ends passes its turn on.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
