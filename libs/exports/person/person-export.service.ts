import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  ApiError,
  Calendar,
  PROFILE_FIELDS,
  formatDay,
  unixSeconds,
  type DeadLetterView,
  type PersonExport,
} from '#libs/contracts';
import { Database } from '#libs/database';
import {
  ActivityFold,
  FactsService,
  hashInvitee,
  invitesReceived,
  invitesSent,
  personFacts,
} from '#libs/facts';
import { DeadLettersService, fetchesOfUser } from '#libs/ingest';
import { Clock, Logger, describeError } from '#libs/platform';

/** A person's data as a JSON document. */
export interface PersonDocument {
  name: string;
  content: Readable;
}

type Streamed = 'invites_sent' | 'dead_letters';

const ERASED =
  'This user was deleted: the e-mail, the names, the signup parameters, the traits and the bodies of rejected events were erased. What is left are pseudonymous facts.';

/** Exports everything kept about one person. */
@Injectable()
export class PersonExports {
  constructor(
    private readonly database: Database,
    private readonly facts: FactsService,
    private readonly activity: ActivityFold,
    private readonly letters: DeadLettersService,
    private readonly clock: Clock,
    private readonly calendar: Calendar,
    private readonly logger: Logger,
  ) {}

  /**
   * Exclusion rules do not apply. Facts are of one moment; sent invites and rejected events are read while the document
   * is sent, some at a time.
   * @throws ApiError `not_found` when neither a fact nor a rejected event has this id
   */
  async document(userId: string): Promise<PersonDocument> {
    const now = this.clock.now();
    await this.activity.foldUnlessReadOnly();
    const hashKey = await this.facts.hashKey(this.database.pool);
    const known = await this.database.snapshot(async ([db]) => {
      const person = await personFacts(db, userId);
      if (!person) return undefined;
      const email = person.facts.profile.find(({ field }) => field === 'email')?.value;
      const address = typeof email === 'string' ? email.trim().toLowerCase() : undefined;
      return {
        key: person.key,
        document: {
          ...person.facts,
          exported_at: unixSeconds(now),
          time_zone: this.calendar.zone,
          note: person.facts.state === 'deleted' ? ERASED : null,
          pending_fetches: await fetchesOfUser(db, userId),
          invites_received:
            address === undefined ? [] : await invitesReceived(db, hashInvitee(hashKey, address)),
        },
      };
    });
    if (!known) throw new ApiError('not_found', 'No user with this id is known.');
    const { key, document } = known;
    const sent = invitesSent(this.database.pool, key);
    return {
      name: `insightd-person-${formatDay(this.calendar.dayOf(now))}.json`,
      content: Readable.from(this.logged(textOf(document, sent, this.lettersOf(document)))),
    };
  }

  private lettersOf({
    user_id: userId,
    profile,
  }: Pick<PersonExport, 'user_id' | 'profile'>): AsyncGenerator<DeadLetterView> {
    const valueOf = (name: string) => {
      const value = profile.find(({ field }) => field === name)?.value;
      return typeof value === 'string' && value.trim() !== '' ? [value] : [];
    };
    const isName = (field: string) => field === 'first_name' || field === 'last_name';
    return this.letters.mentioning(userId, {
      texts: PROFILE_FIELDS.filter((field) => !isName(field)).flatMap(valueOf),
      name: PROFILE_FIELDS.filter(isName).flatMap(valueOf),
    });
  }

  /** A failure after the first byte only ends the connection, so it is logged. */
  private async *logged(text: AsyncGenerator<string>): AsyncGenerator<string> {
    try {
      yield* text;
    } catch (error) {
      this.logger.error('the export of a person ended early', describeError(error));
      throw error;
    }
  }
}

/** The document as parts of JSON text. */
async function* textOf(
  document: Omit<PersonExport, Streamed>,
  sent: AsyncIterable<PersonExport['invites_sent'][number]>,
  letters: AsyncIterable<DeadLetterView>,
): AsyncGenerator<string> {
  yield JSON.stringify(document).slice(0, -1);
  yield* listOf('invites_sent', sent);
  yield* listOf('dead_letters', letters);
  yield '}\n';
}

async function* listOf(name: Streamed, items: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield `,"${name}":[`;
  let separator = '';
  for await (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
  yield ']';
}
