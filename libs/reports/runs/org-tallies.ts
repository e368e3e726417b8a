import { ActivityMasks, MASK_WORDS } from './activity-masks.js';
import type { WindowCounts } from './columns.js';
import type { OrgFacts } from './run-facts.js';

// A row of an org: the words of its activity, its members, additions and removals in three windows.
const MEMBERS = MASK_WORDS;
const ADDED = MEMBERS + 1;
const REMOVED = ADDED + 3;
const ROW = REMOVED + 3;

/** What is added up by org. All of an org lies side by side: in an array each, a span of ten million users took 1.5 times as long. */
export class OrgTallies {
  private readonly rows: Uint32Array;

  /** @param orgs one more than the highest key; what is told of others is not kept */
  constructor(orgs: number) {
    this.rows = new Uint32Array(orgs * ROW);
  }

  countMember(org: number): void {
    this.rows[org * ROW + MEMBERS]!++;
  }

  /** @param age in days, as all ages here */
  countAdded(org: number, age: number): void {
    this.countInWindows(org * ROW + ADDED, age);
  }

  countRemoved(org: number, age: number): void {
    this.countInWindows(org * ROW + REMOVED, age);
  }

  /** The org was active whenever a user was, at ages `from` up to and without `before`. */
  markAs(org: number, activity: ActivityMasks, user: number, from: number, before: number): void {
    activity.addTo(this.rows, org * ROW, user, from, before);
  }

  /** Of these orgs, one after another. */
  forKeys(keys: Uint32Array): Pick<OrgFacts, 'activity' | 'members' | 'added' | 'removed'> {
    const column = (field: number) => {
      const values = new Uint32Array(keys.length);
      for (let place = 0; place < keys.length; place++) {
        values[place] = this.rows[keys[place]! * ROW + field]!;
      }
      return values;
    };
    const windows = (first: number): WindowCounts => {
      return { 90: column(first), 60: column(first + 1), 30: column(first + 2) };
    };
    return {
      activity: ActivityMasks.ofRows(this.rows, ROW, keys),
      members: column(MEMBERS),
      added: windows(ADDED),
      removed: windows(REMOVED),
    };
  }

  private countInWindows(first: number, age: number): void {
    if (age < 90) this.rows[first]!++;
    if (age < 60) this.rows[first + 1]!++;
    if (age < 30) this.rows[first + 2]!++;
  }
}
