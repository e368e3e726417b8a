import { DAY_MS, type Calendar } from '#libs/contracts';
import type { PerSubject } from '../read/deletions.js';
import { copyRows, literal, type Connection, type CopiedRow } from '#libs/database';
import type { Bitset } from '../blocks/bitset.js';

const SCAN_INVITES = 'select inviter_key, invitee_hash, at, org_key from invites';
// The order of the primary key, whose index contains all columns read here.
const IN_ORDER = 'order by inviter_key, invitee_hash, at';
const ofInviters = (keys: readonly number[]) => `
  ${SCAN_INVITES} where inviter_key in (select unnest(${literal.ints(keys)})) ${IN_ORDER}`;
const MIN_CAPACITY = 64;

/**
 * In-memory copy of all invites at one read point. An update reads all invites of the inviters with
 * new invites again. Invites of one inviter to one invitee are adjacent, oldest first; 21 bytes per
 * invite.
 */
export class InviteReplica {
  /** Number of invites. */
  count = 0;
  private inviters = new Int32Array(0);
  /** Milliseconds since 1970. */
  private times = new Float64Array(0);
  /** Days counted from 1970. */
  private days = new Int32Array(0);
  /** Keys of orgs; `NO_ORG` for none. */
  private orgs = new Int32Array(0);
  /** 1 for the first, which is also the earliest, invite of an inviter to an invitee. */
  private isFirst = new Uint8Array(0);

  constructor(private readonly calendar: Calendar) {}

  /** Reads all invites. @param upTo the highest keys that count */
  async read(db: Connection, upTo?: PerSubject<number>): Promise<void> {
    this.count = 0;
    const known = upTo
      ? `where inviter_key <= ${literal.int(upTo.users)} and org_key <= ${literal.int(upTo.orgs)}`
      : '';
    await this.add(db, `${SCAN_INVITES} ${known} ${IN_ORDER}`);
  }

  /** Replaces the invites of some inviters with their current ones. */
  async update(db: Connection, inviters: readonly number[]): Promise<void> {
    if (inviters.length === 0) return;
    const before = this.count;
    await this.add(db, ofInviters(inviters));
    this.drop(new Set(this.inviters.subarray(before, this.count)), before);
  }

  /**
   * Streams the last day, from `firstDay` on, on which each inviter invited each invitee. A later invite may be of an
   * earlier day, when an hour is repeated across midnight.
   * @param firstDay counted from 1970
   * @param until milliseconds since 1970, inclusive
   * @param ignored orgs whose invites do not count
   */
  lastDays(
    firstDay: number,
    until: number,
    ignored: Bitset,
    onInvite: (inviterKey: number, day: number) => void,
  ): void {
    const { inviters, times, days, orgs, isFirst, count } = this;
    let [inviter, latest] = [0, firstDay - 1];
    for (let index = 0; index < count; index++) {
      if (isFirst[index] === 1) {
        if (latest >= firstDay) onInvite(inviter, latest);
        [inviter, latest] = [inviters[index]!, firstDay - 1];
      }
      if (days[index]! > latest && times[index]! <= until && !ignored.has(orgs[index]!))
        latest = days[index]!;
    }
    if (latest >= firstDay) onInvite(inviter, latest);
  }

  private async add(db: Connection, select: string): Promise<void> {
    let inviter = -1;
    const invitee = new LastField();
    await copyRows(db, select, (row) => {
      const key = row.int();
      row.pass();
      const isOther = invitee.replace(row);
      const isFirst = isOther || key !== inviter;
      inviter = key;
      this.put(key, isFirst, row.instantMs(), row.int());
    });
  }

  private put(inviter: number, isFirst: boolean, at: number, org: number): void {
    if (this.count === this.inviters.length) this.grow();
    this.inviters[this.count] = inviter;
    this.times[this.count] = at;
    this.days[this.count] = this.calendar.dayOf(at) / DAY_MS;
    this.orgs[this.count] = org;
    this.isFirst[this.count++] = isFirst ? 1 : 0;
  }

  /**
   * Removes the invites of some inviters among the first `before` ones; the rest keep their order.
   */
  private drop(dropped: ReadonlySet<number>, before: number): void {
    if (dropped.size === 0) return;
    const { inviters, times, days, orgs, isFirst } = this;
    let kept = 0;
    for (let index = 0; index < this.count; index++) {
      if (index < before && dropped.has(inviters[index]!)) continue;
      inviters[kept] = inviters[index]!;
      times[kept] = times[index]!;
      days[kept] = days[index]!;
      orgs[kept] = orgs[index]!;
      isFirst[kept++] = isFirst[index]!;
    }
    this.count = kept;
  }

  private grow(): void {
    const capacity = Math.ceil(this.count * 1.5) + MIN_CAPACITY;
    const [inviters, times] = [new Int32Array(capacity), new Float64Array(capacity)];
    const [days, orgs] = [new Int32Array(capacity), new Int32Array(capacity)];
    const isFirst = new Uint8Array(capacity);
    inviters.set(this.inviters);
    times.set(this.times);
    days.set(this.days);
    orgs.set(this.orgs);
    isFirst.set(this.isFirst);
    Object.assign(this, { inviters, times, days, orgs, isFirst });
  }
}

/** The bytes of a field of the previous row. */
class LastField {
  private bytes = Buffer.alloc(0);
  private length = -1;

  /** Replaces the bytes with those that the row has just passed. @returns whether they differ */
  replace({ source, start, end }: CopiedRow): boolean {
    const length = end - start;
    // Byte by byte: without a call into native code and a buffer for each row.
    let same = length === this.length ? 0 : -1;
    while (same >= 0 && same < length && this.bytes[same] === source[start + same]) same++;
    if (same === length) return false;
    if (length > this.bytes.length) this.bytes = Buffer.alloc(2 * length);
    for (let at = 0; at < length; at++) this.bytes[at] = source[start + at]!;
    this.length = length;
    return true;
  }
}
