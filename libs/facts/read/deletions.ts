import { copyRows, type Connection } from '#libs/database';
import { versionTime, type Version } from '../membership/version.js';

/** The same of users and of orgs. */
export interface PerSubject<S> {
  users: S;
  orgs: S;
}

/** By which events users, or orgs, were deleted, by key. */
export class Deletions {
  private readonly stamps = new Map<number, Version>();
  private isDeleted = new Uint8Array(0);

  static async scan(db: Connection, table: 'users' | 'orgs'): Promise<Deletions> {
    const deletions = new Deletions();
    const select = `select id, deleted_stamp from ${table} where deleted_stamp is not null`;
    await copyRows(db, select, (row) => deletions.put(row.int(), row.bytes()));
    return deletions;
  }

  /** @param stamp copied when it is kept; undefined takes a deletion back @returns whether it is another than before */
  put(key: number, stamp: Version | undefined): boolean {
    const known = this.of(key);
    if (stamp ? known?.equals(stamp) : !known) return false;
    if (key >= this.isDeleted.length) {
      const grown = new Uint8Array(2 * (key + 1));
      grown.set(this.isDeleted);
      this.isDeleted = grown;
    }
    this.isDeleted[key] = stamp ? 1 : 0;
    if (stamp) this.stamps.set(key, Buffer.from(stamp));
    else this.stamps.delete(key);
    return true;
  }

  /** Nearly none is deleted: looking a million of them up in the map would take longer than reading them. */
  of(key: number): Version | undefined {
    return this.isDeleted[key] === 1 ? this.stamps.get(key) : undefined;
  }

  /** Calls `onKey` for each that was deleted by a moment. @param moment ms since 1970, itself included */
  forEachBy(moment: number, onKey: (key: number) => void): void {
    for (const [key, stamp] of this.stamps) if (versionTime(stamp) <= moment) onKey(key);
  }
}
