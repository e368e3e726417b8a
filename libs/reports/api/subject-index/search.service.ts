import { Inject, Injectable } from '@nestjs/common';
import { ApiError, type Subject } from '#libs/contracts';
import { Database, sqlState } from '#libs/database';
import { searchSubjects, type Bitset } from '#libs/facts';
import { SETTINGS, Turns, type Settings } from '#libs/platform';

/** SQLSTATE of a statement that was cancelled, here at its time limit. */
const CANCELLED = '57014';
/** Searches at a time, and that wait. Slow searches must leave connections for other requests. */
const [AT_ONCE, MAX_WAITING] = [3, 50];

/** Finds users and orgs by a text, as they are now. */
@Injectable()
export class SearchService {
  private readonly turns = new Turns(AT_ONCE, MAX_WAITING, 'searches');
  private readonly begun = new Map<string, Promise<Bitset>>();

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'DATABASE_STATEMENT_SECONDS'>,
  ) {}

  /**
   * The keys of the users or orgs that a text matches, without deleted and excluded ones. Concurrent requests for one
   * text share a search that has not started yet.
   * @throws ApiError `unavailable` when the search reaches the time limit of a statement, or too many searches wait
   */
  async keys(subject: Subject, text: string): Promise<Bitset> {
    const name = `${subject} ${text}`;
    const waiting = this.begun.get(name);
    if (waiting) return waiting;
    const searching = this.turns.take(() => {
      this.begun.delete(name);
      return this.search(subject, text);
    });
    this.begun.set(name, searching);
    return searching.finally(() => {
      if (this.begun.get(name) === searching) this.begun.delete(name);
    });
  }

  private async search(subject: Subject, text: string): Promise<Bitset> {
    try {
      return await searchSubjects(this.database, subject, text);
    } catch (error) {
      throw sqlState(error) === CANCELLED ? this.tooSlow(error) : error;
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
