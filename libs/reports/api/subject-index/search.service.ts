import { Inject, Injectable } from '@nestjs/common';
import { ApiError, type Subject } from '#libs/contracts';
import { Database, sqlState } from '#libs/database';
import { searchSubjects, type Bitset } from '#libs/facts';
import { SETTINGS, type Settings } from '#libs/platform';

/** SQLSTATE of a statement that was cancelled, here at its time limit. */
const CANCELLED = '57014';
/** Searches at a time. The others wait, so that slow searches leave connections for other requests. */
const AT_ONCE = 3;

/** Finds users and orgs by a text, as they are now. */
@Injectable()
export class SearchService {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'DATABASE_STATEMENT_SECONDS'>,
  ) {}

  /**
   * The keys of the users or orgs that a text matches, without deleted and excluded ones.
   * @throws ApiError `unavailable` when the search reaches the time limit of a statement
   */
  async keys(subject: Subject, text: string): Promise<Bitset> {
    if (this.running === AT_ONCE) await new Promise<void>((start) => this.waiting.push(start));
    else this.running++;
    try {
      return await this.database.transaction((db) => searchSubjects(db, subject, text));
    } catch (error) {
      throw sqlState(error) === CANCELLED ? this.tooSlow(error) : error;
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  private tooSlow(cause: unknown): ApiError {
    const seconds = this.settings.DATABASE_STATEMENT_SECONDS;
    return new ApiError(
      'unavailable',
      `The search took longer than ${seconds} seconds (DATABASE_STATEMENT_SECONDS). Search for a longer text. ` +
        'Without the extension pg_trgm, every search reads all rows: docs/upgrading.md says how to install it.',
      { cause, retryAfterSeconds: seconds },
    );
  }
}
