import type { Org, OrgQueryResponse, getApis } from '@propelauth/node-apis';
import {
  eventsOfInvite,
  eventsOfMember,
  eventsOfOrg,
  eventsOfUser,
  type BackfillEvent,
} from '../../sources/propelauth/backfill.js';
import { BEGINNING, type Checkpoint } from './checkpoint.store.js';

/** The functions of the official client that a backfill uses. */
export type PropelAuthApi = Pick<
  ReturnType<typeof getApis>,
  'fetchUsersByQuery' | 'fetchOrgByQuery' | 'fetchUsersInOrg' | 'fetchPendingInvites'
>;

/** One page of the API as events, and the checkpoint to save once it is written. */
export interface BackfillPage {
  what: 'users' | 'orgs' | 'members' | 'invites';
  count: number;
  /** Total number of items of this kind, by the API. */
  total: number;
  events: BackfillEvent[];
  /** Undefined at the end. */
  next: Checkpoint | undefined;
}

/** The API's maximum page size. */
const PAGE_SIZE = 100;
/** Oldest first, so that items created during the import are on the last pages. */
const OLDEST_FIRST = 'CREATED_AT_ASC';

/**
 * Reads PropelAuth's API page by page: users, orgs with their members, pending invites.
 * @param ask makes a request and repeats it when it fails
 * @param now read before each request; the time as of which the page is valid
 * @param from the checkpoint to resume from
 */
export async function* backfillPages(
  api: PropelAuthApi,
  ask: <T>(question: () => Promise<T>) => Promise<T>,
  now: () => number,
  from: Checkpoint,
): AsyncGenerator<BackfillPage> {
  const backfill = new Backfill(api, ask, now);
  let next: Checkpoint | undefined = from;
  while (next) {
    for await (const page of backfill.pages(next)) {
      yield page;
      next = page.next;
    }
  }
}

class Backfill {
  constructor(
    private readonly api: PropelAuthApi,
    private readonly ask: <T>(question: () => Promise<T>) => Promise<T>,
    private readonly now: () => number,
  ) {}

  /** The pages from a checkpoint up to the next page of users, orgs or invites. */
  pages(from: Checkpoint): AsyncGenerator<BackfillPage> {
    switch (from.stage) {
      case 'users':
        return this.users(from.page);
      case 'orgs':
        return this.orgs(from);
      case 'invites':
        return this.invites(from.page);
    }
  }

  private async *users(pageNumber: number): AsyncGenerator<BackfillPage> {
    const asOf = this.now();
    const query = { pageSize: PAGE_SIZE, pageNumber, orderBy: OLDEST_FIRST } as const;
    const page = await this.ask(() => this.api.fetchUsersByQuery(query));
    yield {
      what: 'users',
      count: page.users.length,
      total: page.totalUsers,
      events: page.users.flatMap((user) => eventsOfUser(user, asOf)),
      next: page.hasMoreResults
        ? { ...BEGINNING, page: pageNumber + 1 }
        : { ...BEGINNING, stage: 'orgs' },
    };
  }

  private async *orgs(from: Checkpoint): AsyncGenerator<BackfillPage> {
    const asOf = this.now();
    const query = { pageSize: PAGE_SIZE, pageNumber: from.page, orderBy: OLDEST_FIRST } as const;
    const page = await this.ask(() => this.api.fetchOrgByQuery(query));
    const after = afterOrgs(from.page, page);
    const { orgs } = page;
    const events = orgs.flatMap((org) => eventsOfOrg(org, asOf));
    const isDone = from.orgsDone >= orgs.length;
    yield {
      what: 'orgs',
      count: orgs.length,
      total: page.totalOrgs,
      events,
      next: isDone ? after : from,
    };
    for (let done = from.orgsDone; done < orgs.length; done++) {
      const next = done + 1 < orgs.length ? { ...from, orgsDone: done + 1 } : after;
      yield* this.members(orgs[done]!, { ...from, orgsDone: done }, next);
    }
  }

  private async *members(
    { orgId }: Org,
    here: Checkpoint,
    after: Checkpoint,
  ): AsyncGenerator<BackfillPage> {
    for (let pageNumber = 0; ; pageNumber++) {
      const asOf = this.now();
      const query = { orgId, pageSize: PAGE_SIZE, pageNumber };
      const page = await this.ask(() => this.api.fetchUsersInOrg(query));
      yield {
        what: 'members',
        count: page.users.length,
        total: page.totalUsers,
        events: page.users.flatMap((user) => eventsOfMember(orgId, user, asOf)),
        next: page.hasMoreResults ? here : after,
      };
      if (!page.hasMoreResults) return;
    }
  }

  private async *invites(pageNumber: number): AsyncGenerator<BackfillPage> {
    const query = { pageSize: PAGE_SIZE, pageNumber };
    const page = await this.ask(() => this.api.fetchPendingInvites(query));
    yield {
      what: 'invites',
      count: page.invites.length,
      total: page.totalInvites,
      events: page.invites.flatMap(eventsOfInvite),
      next: page.hasMoreResults
        ? { ...BEGINNING, stage: 'invites', page: pageNumber + 1 }
        : undefined,
    };
  }
}

function afterOrgs(page: number, { hasMoreResults }: OrgQueryResponse): Checkpoint {
  return hasMoreResults
    ? { ...BEGINNING, stage: 'orgs', page: page + 1 }
    : { ...BEGINNING, stage: 'invites' };
}
