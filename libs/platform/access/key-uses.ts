import { LRUCache } from 'lru-cache';
import type { Database } from '#libs/database';

/** The latest use of a key is stored at most this often, so it may be this old. */
const WRITE_EVERY_MS = 5 * 60_000;
const MAX_KEYS = 10_000;

/** Stores when keys were last used: in the background, and rarely. */
export class KeyUses {
  /** The time of the latest write by key, in milliseconds since 1970. */
  private readonly written = new LRUCache<string, number>({ max: MAX_KEYS });

  constructor(private readonly database: Database) {}

  /** Notes a use. @param now milliseconds since 1970 */
  note(keyId: string, now: number): void {
    const at = this.written.get(keyId);
    if (at !== undefined && Math.abs(now - at) < WRITE_EVERY_MS) return;
    this.written.set(keyId, now);
    // A use that cannot be stored, as on a standby, is lost: a request never waits for it or fails.
    this.write(keyId, now).catch(() => undefined);
  }

  /** Does not write when another process has done so. */
  private async write(keyId: string, now: number): Promise<void> {
    const earlier = { lt: new Date(now - WRITE_EVERY_MS) };
    await this.database.prisma.apiKey.updateMany({
      where: { id: keyId, OR: [{ lastUsedAt: null }, { lastUsedAt: earlier }] },
      data: { lastUsedAt: new Date(now) },
    });
  }
}
