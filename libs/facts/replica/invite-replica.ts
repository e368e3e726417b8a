import { copyRows, type Connection, type CopiedRow } from '#libs/database';
import { setList } from '../read/session-list.js';

const SCAN_INVITES = 'select inviter_key, invitee_hash, at from invites';
// The order of the primary key, which holds all there is to know.
const IN_ORDER = 'order by inviter_key, invitee_hash, at';
const ALL = `${SCAN_INVITES} ${IN_ORDER}`;
const OF_INVITERS = `
  ${SCAN_INVITES}
  where inviter_key in (select unnest(current_setting('insightd.keys')::int[])) ${IN_ORDER}`;
const LEAST_ROOM = 64;

/**
 * All invites as one picture of the store shows them, brought up to a later one by reading those of the
 * inviters anew who have invited since. Those of one inviter to one invitee lie together, 13 bytes each.
 */
export class InviteReplica {
  /** How many there are. */
  count = 0;
  private inviters = new Int32Array(0);
  /** In milliseconds since 1970. */
  private times = new Float64Array(0);
  /** 1 for the first of an inviter to an invitee, which is the earliest as well. */
  private isFirst = new Uint8Array(0);

  /** Reads all there are. */
  async read(db: Connection): Promise<void> {
    this.count = 0;
    await this.add(db, ALL);
  }

  /** Reads those of some inviters anew. */
  async update(db: Connection, inviters: readonly number[]): Promise<void> {
    if (inviters.length === 0) return;
    const before = this.count;
    await setList(db, 'insightd.keys', inviters);
    await this.add(db, OF_INVITERS);
    this.drop(new Set(this.inviters.subarray(before, this.count)), before);
  }

  /**
   * The latest invite of each inviter to each invitee within a time.
   * @param from, until milliseconds since 1970, themselves included
   */
  latest(
    from: number,
    until: number,
    onInvite: (inviterKey: number, latestAt: number) => void,
  ): void {
    const { inviters, times, isFirst, count } = this;
    let latest = -1;
    for (let place = 0; place < count; place++) {
      if (isFirst[place] === 1) {
        if (latest >= 0) onInvite(inviters[latest]!, times[latest]!);
        latest = -1;
      }
      if (times[place]! >= from && times[place]! <= until) latest = place;
    }
    if (latest >= 0) onInvite(inviters[latest]!, times[latest]!);
  }

  private async add(db: Connection, select: string): Promise<void> {
    let inviter = -1;
    let invitee = Buffer.alloc(0);
    await copyRows(db, select, (row) => {
      const key = row.int();
      row.pass();
      const isFirst = key !== inviter || !isField(row, invitee);
      if (isFirst) {
        inviter = key;
        invitee = Buffer.from(row.source.subarray(row.start, row.end));
      }
      this.put(key, isFirst, row.instantMs());
    });
  }

  private put(inviter: number, isFirst: boolean, at: number): void {
    if (this.count === this.inviters.length) this.makeRoom();
    this.inviters[this.count] = inviter;
    this.times[this.count] = at;
    this.isFirst[this.count++] = isFirst ? 1 : 0;
  }

  /** Drops those of some inviters among the first `before`; the others stay in their order. */
  private drop(dropped: ReadonlySet<number>, before: number): void {
    if (dropped.size === 0) return;
    const { inviters, times, isFirst } = this;
    let kept = 0;
    for (let place = 0; place < this.count; place++) {
      if (place < before && dropped.has(inviters[place]!)) continue;
      inviters[kept] = inviters[place]!;
      times[kept] = times[place]!;
      isFirst[kept++] = isFirst[place]!;
    }
    this.count = kept;
  }

  private makeRoom(): void {
    const room = Math.ceil(this.count * 1.5) + LEAST_ROOM;
    const [inviters, times] = [new Int32Array(room), new Float64Array(room)];
    const isFirst = new Uint8Array(room);
    inviters.set(this.inviters);
    times.set(this.times);
    isFirst.set(this.isFirst);
    Object.assign(this, { inviters, times, isFirst });
  }
}

/** Whether the field that a row has just passed holds these bytes. */
function isField({ source, start, end }: CopiedRow, bytes: Buffer): boolean {
  return bytes.compare(source, start, end) === 0;
}
