import { copyRows, type Connection } from '#libs/database';
import { versionTime, type Version } from '../membership/version.js';

/** One value for users and one for orgs. */
export interface PerSubject<S> {
  users: S;
  orgs: S;
}

/** The versions of the deletions of users, or of orgs, by key. */
export class Deletions {
  private readonly versions = new Map<number, Version>();
  private isDeleted = new Uint8Array(0);

  static async scan(db: Connection, table: 'users' | 'orgs'): Promise<Deletions> {
    const deletions = new Deletions();
    const select = `select id, deleted_stamp from ${table} where deleted_stamp is not null`;
    await copyRows(db, select, (row) => deletions.put(row.int(), row.bytes()));
    return deletions;
  }

  /**
   * Sets a deletion.
   * @param version copied; undefined removes the deletion
   * @returns whether it changed
   */
  put(key: number, version: Version | undefined): boolean {
    const known = this.of(key);
    if (version ? known?.equals(version) : !known) return false;
    if (key >= this.isDeleted.length) {
      const grown = new Uint8Array(2 * (key + 1));
      grown.set(this.isDeleted);
      this.isDeleted = grown;
    }
    this.isDeleted[key] = version ? 1 : 0;
    if (version) this.versions.set(key, Buffer.from(version));
    else this.versions.delete(key);
    return true;
  }

  /**
   * Nearly no key is deleted. Without the array, a million map look-ups would take longer than the
   * read.
   */
  of(key: number): Version | undefined {
    return this.isDeleted[key] === 1 ? this.versions.get(key) : undefined;
  }

  /** Calls `onKey` for each key deleted at or before `moment`, milliseconds since 1970. */
  forEachBy(moment: number, onKey: (key: number) => void): void {
    for (const [key, version] of this.versions) if (versionTime(version) <= moment) onKey(key);
  }
}
