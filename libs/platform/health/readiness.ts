import { Injectable } from '@nestjs/common';
import { endsWithin } from '#libs/contracts';
import { Database } from '#libs/database';

const ANSWERS_WITHIN_MS = 2_500;
export const NO_DATABASE = 'The database does not answer.';

/** Resolves when a part can do its work. A rejection, or no answer in time, means that it cannot. */
type Check = () => Promise<void> | void;

/** Checks whether this process can do its work, over the same connections that the work uses. */
@Injectable()
export class Readiness {
  private readonly checks: { problem: string; check: Check; underWay?: Promise<void> }[] = [];

  constructor(database: Database) {
    this.add(NO_DATABASE, () => database.ready());
  }

  /** @param problem a sentence for the caller when `check` fails */
  add(problem: string, check: Check): void {
    this.checks.push({ problem, check });
  }

  /** A sentence for each part that cannot work; an empty list when the process is ready. */
  async problems(): Promise<string[]> {
    const found = await Promise.all(
      this.checks.map(async (one) => {
        // Each check runs at most once at a time, so unanswered checks do not accumulate.
        one.underWay ??= run(one.check).finally(() => delete one.underWay);
        return (await endsWithin(ANSWERS_WITHIN_MS, one.underWay)) ? [] : [one.problem];
      }),
    );
    return [...new Set(found.flat())];
  }
}

async function run(check: Check): Promise<void> {
  await check();
}
