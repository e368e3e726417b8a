import { describeError, type Logger, type StoreWatch } from '#libs/platform';

/** Runs at most one of each task at a time, and none on a newer version's store. */
export class OneAtATime {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly logger: Logger,
    private readonly watch: StoreWatch,
  ) {}

  /** Failures are logged, and retried at the next time. */
  async run(name: string, work: () => Promise<void>): Promise<void> {
    if (this.underWay.has(name) || this.watch.newerStore !== undefined) return;
    this.underWay.add(name);
    try {
      await work();
    } catch (error) {
      this.logger.warn(`${name} failed and will be tried again`, describeError(error));
    } finally {
      this.underWay.delete(name);
    }
  }
}
