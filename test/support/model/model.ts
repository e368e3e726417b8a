/**
 * A slow, literal implementation of docs/semantics.md, against which the service is tested. It
 * stores only the events: each query reads all of them again, except for spans, which are computed once. Quotation marks
 * in comments contain the rule that a line implements. The model shares no code with the service, so that it cannot
 * share an error.
 */
import { chartOf, type Cadence, type Chart, type Metric } from './charts.js';
import { firstOfEachIdentity, inOrder, type TimedEvent, type WireEvent } from './events.js';
import {
  frequency,
  lifecycle,
  cohortMembers,
  lifecycleMembers,
  retention,
  rolling,
  stickiness,
  type ChartDays,
} from './engagement.js';
import { countExcluded, isExcluded, withoutExcluded, type ExclusionRules } from './exclusions.js';
import {
  ALL_KNOWN,
  activeDays,
  createdAt,
  existsAt,
  lastActiveAt,
  namedOrgs,
  profileField,
  type Days,
  type Subject,
} from './facts.js';
import { activeUsersIn, asOf, numUsers, windowOf } from './as-of.js';
import { backtestOf, healthOf, type Backtest } from './health.js';
import { indexRows, isFound, sortedBy, type IndexOrder, type IndexRow } from './index-rows.js';
import { openSpans } from './membership.js';
import { activeMembersIn, daysActiveInOrg, everInvited, movesOf, numUsersAt } from './pages.js';
import { rankOrgs, rankUsers, type RankedOrg, type RankedUser } from './reports.js';
import { matches, type Where } from './segments.js';
import { DEFAULT_SETTINGS, type ModelSettings } from './settings.js';
import { compareBytes, dayText, wholeSecond } from './time.js';
import { traitsOf, type TraitLists } from './traits.js';
import type { Extra } from './warnings.js';

export type { Cadence, Chart, Metric } from './charts.js';
export type { WireEvent } from './events.js';
export type { ExclusionRules } from './exclusions.js';
export type { Subject } from './facts.js';
export type { IndexRow } from './index-rows.js';
export type { Condition, Where } from './segments.js';
export { WARNINGS } from './warnings.js';
export { RANKINGS } from './reports.js';

export interface OrgDataEntry {
  display_name: string;
  org_id: string;
  user_role: string;
  userRole: string;
}

/** The wire row of a user report without `id` and `report_id`. */
export interface UserRow {
  user_id: string;
  user_created_at: number;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string;
  last_active_at: number;
  org_data: OrgDataEntry[];
  extra_properties: Record<string, number>;
}

/** The wire row of an org report without `id` and `report_id`. */
export interface OrgRow {
  org_id: string;
  name: string;
  num_users: number;
  org_created_at: number;
  extra_properties: Extra;
}

type Row = UserRow | OrgRow;

/** A complete report: the length of the frozen list, and the rows that are shown now. */
export interface Report {
  total_count: number;
  rows: Row[];
}

export class Model {
  private readonly known: readonly TimedEvent[];

  /** Events in any order; of several events with one (source, id), only the first counts. */
  constructor(
    events: readonly WireEvent[],
    private readonly settings: ModelSettings = DEFAULT_SETTINGS,
  ) {
    this.known = inOrder(firstOfEachIdentity(events));
  }

  /** "every number equals that of a store that was never sent" the events of excluded users and orgs. */
  without(rules: ExclusionRules): Model {
    return new Model(withoutExcluded(this.known, rules), this.settings);
  }

  isExcluded(rules: ExclusionRules, subject: Subject, id: string): boolean {
    return isExcluded(this.known, rules, subject, id);
  }

  /** The number of existing users and orgs that the rules exclude. */
  excluded(rules: ExclusionRules): { users: number; orgs: number } {
    return countExcluded(this.known, rules);
  }

  /**
   * The report of T (`reportTime`, unix s) as shown now. "The rank, the membership of the list
   * and every number in a row are frozen [...]; names, e-mails and `org_data` are shown as they
   * are now, and a row whose user or org was deleted since is not shown."
   */
  report(subject: Subject, report: string, interval: string, reportTime: number): Report {
    if (subject === 'user') {
      const ranked = rankUsers(this.known, report, interval, reportTime);
      const shown = ranked.filter(({ id }) => this.existsNow('user', id));
      return { total_count: ranked.length, rows: shown.map((user) => this.userRow(user)) };
    }
    const ranked = rankOrgs(this.known, report, interval, reportTime, this.settings);
    const shown = ranked.filter(({ id }) => this.existsNow('org', id));
    return { total_count: ranked.length, rows: shown.map((org) => this.orgRow(org)) };
  }

  /** The ids of the frozen list of T, in order, and which of them are shown now. */
  ids(...[subject, report, interval, reportTime]: Parameters<Model['report']>): {
    listed: string[];
    shown: Set<string>;
  } {
    const rank = subject === 'user' ? rankUsers : rankOrgs;
    const listed = rank(this.known, report, interval, reportTime, this.settings).map(
      ({ id }) => id,
    );
    return { listed, shown: new Set(listed.filter((id) => this.existsNow(subject, id))) };
  }

  /** The index of T (unix s): its length, and the subjects that are shown now, by id ↑ or by a value. */
  index(
    subject: Subject,
    reportTime: number,
    { sort, order = 'asc' }: IndexOrder = {},
  ): { total_count: number; rows: IndexRow[] } {
    const all = indexRows(this.known, subject, reportTime, this.settings);
    const shown = all.filter(({ id }) => this.existsNow(subject, id));
    const rows = sort === undefined ? shown : sortedBy(shown, sort, order);
    return { total_count: all.length, rows };
  }

  /** Whether a search of the index finds a user or an org that is in it. */
  finds(subject: Subject, id: string, search: string): boolean {
    return isFound(this.known, subject, id, search);
  }

  /** "subjects deleted or excluded since match no segment": the predicate of lists; now in unix s. */
  lists(subject: Subject, where: Where, now: number): (id: string) => boolean {
    return (id) => this.existsNow(subject, id) && this.matches(subject, where, now)(id);
  }

  /** The predicate of charts, of every id that is known. */
  matches(subject: Subject, where: Where, now: number): (id: string) => boolean {
    return (id) => matches(this.known, subject, id, where, now);
  }

  /** The wire reply of a chart; days as `YYYY-MM-DD`, start not after end. */
  chart(
    metric: Metric,
    cadence: Cadence,
    startDay: string,
    endDay: string,
    today: string,
    isCounted?: (id: string) => boolean,
  ): Chart {
    const range = { start: startDay, end: endDay, today };
    return chartOf(this.known, metric, cadence, range, isCounted);
  }

  /** The engagement charts of users or orgs, of those that `isCounted` accepts. */
  engagement(subject: Subject, isCounted: (id: string) => boolean = () => true) {
    const counted = { known: this.known, subject, isCounted };
    return {
      rolling: (n: number, range: ChartDays) => rolling(counted, n, range),
      stickiness: (range: ChartDays) => stickiness(counted, range),
      frequency: (today: string) => frequency(counted, today),
      lifecycle: (cadence: Cadence, range: ChartDays) => lifecycle(counted, cadence, range),
      retention: (cadence: Cadence, range: ChartDays) => retention(counted, cadence, range),
      lifecycleMembers: (cadence: Cadence, day: number) => lifecycleMembers(counted, cadence, day),
      cohortMembers: (cadence: Cadence, day: number, cell: number) =>
        cohortMembers(counted, cadence, day, cell),
    };
  }

  /** The rows of those of some ids that exist now, by id ↑: the profile and `created_at`. */
  chartRows(subject: Subject, ids: readonly string[]): Record<string, unknown>[] {
    const shown = ids.filter((id) => this.existsNow(subject, id)).sort(compareBytes);
    return shown.map((id) => ({
      ...this.profile(subject, id),
      created_at: wholeSecond(createdAt(this.known, subject, id)),
    }));
  }

  /** An org as of T (unix s): its members, its active users of W(30), and its health, null when it has none. */
  orgAsOf(orgId: string, reportTime: number) {
    const t = asOf(this.known, reportTime);
    return {
      num_users: numUsers(t, orgId),
      active_users: activeUsersIn(t, orgId, windowOf(t, 30)),
      health: healthOf(t, orgId, this.settings.healthWeights) ?? null,
    };
  }

  /** How well health as of a past day (`YYYY-MM-DD`) predicted churn; its 30 days after are over. */
  backtest(asOf: string): Backtest {
    return backtestOf(this.known, asOf, this.settings.healthWeights);
  }

  /** "an object of strings, `{}` when none"; undefined: unknown (or deleted) user, a 404. */
  signupParameters(userId: string): Record<string, string> | undefined {
    if (!this.existsNow('user', userId)) return undefined;
    const parameters = profileField(this.known, 'user', userId, 'signup_query_parameters');
    return (parameters ?? {}) as Record<string, string>;
  }

  /** The traits shown on a page; undefined: unknown (or deleted), a 404. */
  traits(subject: Subject, id: string, lists: TraitLists): [string, unknown][] | undefined {
    return traitsOf(this.known, subject, id, lists);
  }

  /** The data of an org page other than its reports; days as numbers, T in unix ms. */
  org(orgId: string) {
    const shown = (moves: { user_id: string; at: number }[]) =>
      moves.filter(({ user_id }) => this.existsNow('user', user_id));
    const members = openSpans(this.known).filter((span) => span.orgId === orgId);
    return {
      exists: this.existsNow('org', orgId),
      numUsersAt: (atMs: number) => numUsersAt(this.known, orgId, atMs),
      activeMembersIn: (days: Days) => activeMembersIn(this.known, orgId, days),
      daysOf: (userId: string, days: Days) => daysActiveInOrg(this.known, orgId, userId, days),
      joined: shown(movesOf(this.known, orgId, 'additions')),
      left: shown(movesOf(this.known, orgId, 'removals')),
      members: members.filter(({ userId }) => this.existsNow('user', userId)),
    };
  }

  /** A profile as it is now, `null` for what is not known. */
  profile(subject: Subject, id: string): Record<string, unknown> {
    if (subject === 'org') return { org_id: id, name: this.orgName(id) };
    const fields = ['username', 'first_name', 'last_name', 'email'];
    const values = fields.map((field) => [field, this.userField(id, field)] as const);
    return { user_id: id, ...Object.fromEntries(values) };
  }

  /** The data of a user page other than reports. */
  user(userId: string) {
    return {
      exists: this.existsNow('user', userId),
      activeDays: activeDays(this.known, userId).map(dayText),
      namedOn: (day: number) => [...namedOrgs(this.known, userId, day)],
      lastActiveAt: lastActiveAt(this.known, userId, wholeSecond(ALL_KNOWN)),
      everInvited: everInvited(this.known, userId),
      orgs: this.orgData(userId),
    };
  }

  private existsNow(subject: Subject, id: string): boolean {
    return existsAt(this.known, subject, id, ALL_KNOWN);
  }

  private userRow({ id, lastActiveAt, extra }: RankedUser): UserRow {
    return {
      user_id: id,
      user_created_at: wholeSecond(createdAt(this.known, 'user', id)),
      username: this.userField(id, 'username'),
      first_name: this.userField(id, 'first_name'),
      last_name: this.userField(id, 'last_name'),
      email: this.userField(id, 'email') ?? '',
      last_active_at: lastActiveAt,
      org_data: this.orgData(id),
      extra_properties: extra,
    };
  }

  private orgRow({ id, numUsers, createdAt: created, extra }: RankedOrg): OrgRow {
    return {
      org_id: id,
      name: this.orgName(id),
      num_users: numUsers,
      org_created_at: created,
      extra_properties: extra,
    };
  }

  /** "the user's open spans in existing orgs (org's name, org_id, role), by org_id". */
  private orgData(userId: string): OrgDataEntry[] {
    return openSpans(this.known)
      .filter((span) => span.userId === userId && this.existsNow('org', span.orgId))
      .map(({ orgId, role }) => ({
        display_name: this.orgName(orgId),
        org_id: orgId,
        user_role: role,
        userRole: role,
      }));
  }

  private userField(id: string, field: string): string | null {
    return profileField(this.known, 'user', id, field) as string | null;
  }

  private orgName(id: string): string {
    return profileField(this.known, 'org', id, 'name') as string;
  }
}
