import { DAY_MS } from '#libs/contracts';
import { NO_MEMBERSHIP } from './memberships.js';
import { between, chance, hash, mix } from './random.js';

/** The kinds of users and the share of each: daily, occasional, or no longer active. */
const KINDS = [
  { share: 0.11, low: 0.7, high: 0.9, weekend: 0.25 },
  { share: 0.23, low: 0.1, high: 0.48, weekend: 0.4 },
  { share: 0.31, low: 0.005, high: 0.06, weekend: 0.6 },
  { share: 0.22, low: 0.2, high: 0.6, weekend: 0.4, leaves: true },
  { share: 0.08, low: 0.2, high: 0.6, weekend: 0.4, pauses: true },
  { share: 0.05, low: 0, high: 0, weekend: 0 },
] as const satisfies readonly Kind[];

interface Kind {
  share: number;
  /** The range of the probability of activity on a working day. */
  low: number;
  high: number;
  /** The factor of this probability on a Saturday or Sunday. */
  weekend: number;
  leaves?: boolean;
  pauses?: boolean;
}

/** Random streams: any numbers that the rest of the reference data does not use. */
const [KIND, RATE, LEAVING, PAUSE_FROM, PAUSE_DAYS, DAYS, SECONDS, NAMING] = [
  101, 102, 103, 104, 105, 106, 107, 108,
];
const NEVER = 32_767;
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [30, 200];

/** The users active on a day: their indexes, ascending, and the unix seconds of the activity. */
export interface ActiveUsers {
  users: Uint32Array;
  seconds: Uint32Array;
  /** The membership whose org the activity names, by index, or `NO_MEMBERSHIP`. */
  named: Uint32Array;
}

/**
 * The active users of each day of the period. Recomputed on each call, so that a year of ten million users needs 14
 * bytes per user instead of a byte per day. Day 0 is the first day of the period.
 */
export class ActivityPattern {
  private readonly rates: Float32Array;
  private readonly kinds: Uint8Array;
  private readonly from: Int16Array;
  private readonly before: Int16Array;
  private readonly pauseFrom: Int16Array;

  /**
   * @param lifeOf the first day and the day after the last on which a user can be active; the day of
   *   its creation, if in the period, is always active, at the second of the creation
   * @param namedBy the membership whose org a user names on a day, by a random number from 0 to 2^32 - 1
   */
  constructor(
    private readonly users: number,
    private readonly firstDay: number,
    private readonly days: number,
    private readonly createdSecond: (user: number) => number | undefined,
    lifeOf: (user: number) => { from: number; before: number },
    private readonly namedBy: (user: number, drawn: number) => number,
  ) {
    this.rates = new Float32Array(users);
    this.kinds = new Uint8Array(users);
    this.from = new Int16Array(users);
    this.before = new Int16Array(users);
    this.pauseFrom = new Int16Array(users);
    for (let user = 0; user < users; user++) this.draw(user, lifeOf(user));
  }

  /** @param day from 0 to the number of days (exclusive) */
  activeOn(day: number): ActiveUsers {
    const midnight = (this.firstDay + day * DAY_MS) / 1000;
    const weekday = new Date(midnight * 1000).getUTCDay();
    const isWeekend = weekday === 0 || weekday === 6;
    const ofDay = hash(DAYS, day);
    const users = new Uint32Array(this.users);
    const seconds = new Uint32Array(this.users);
    const named = new Uint32Array(this.users);
    let count = 0;
    for (let user = 0; user < this.users; user++) {
      const drawn = mix(mix(user) ^ ofDay);
      if (!this.isActive(user, day, drawn / 2 ** 32, isWeekend)) continue;
      const created = this.from[user] === day ? this.createdSecond(user) : undefined;
      users[count] = user;
      seconds[count] = created ?? midnight + (mix(drawn ^ SECONDS) % 86_400);
      named[count++] =
        created === undefined ? this.namedBy(user, mix(drawn ^ NAMING)) : NO_MEMBERSHIP;
    }
    const [active, at, places] = [users, seconds, named].map((all) => all.slice(0, count));
    return { users: active!, seconds: at!, named: places! };
  }

  private draw(user: number, life: { from: number; before: number }): void {
    const index = kindOf(chance(KIND, user));
    const kind: Kind = KINDS[index]!;
    this.kinds[user] = index;
    this.rates[user] = kind.low + chance(RATE, user) * (kind.high - kind.low);
    this.from[user] = life.from;
    const leaves = kind.leaves ? between(LEAVING, user, Math.max(life.from, 0), this.days) : NEVER;
    this.before[user] = Math.min(life.before, leaves);
    this.pauseFrom[user] = kind.pauses ? between(PAUSE_FROM, user, 0, this.days) : NEVER;
  }

  private isActive(user: number, day: number, drawn: number, isWeekend: boolean): boolean {
    if (day === this.from[user]) return true;
    const rate = this.rates[user]!;
    // The most likely case first: this runs 365 times for each user.
    if (drawn >= (isWeekend ? rate * KINDS[this.kinds[user]!]!.weekend : rate)) return false;
    if (day < this.from[user]! || day >= this.before[user]!) return false;
    const pause = this.pauseFrom[user]!;
    return day < pause || day >= pause + between(PAUSE_DAYS, user, SHORTEST_PAUSE, LONGEST_PAUSE);
  }
}

function kindOf(drawn: number): number {
  let sum = 0;
  const index = KINDS.findIndex(({ share }) => (sum += share) > drawn);
  return index < 0 ? KINDS.length - 1 : index;
}
