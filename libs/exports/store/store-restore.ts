import type { ExclusionRules, RecordOf, StoreRecord } from '#libs/contracts';
import type { Database } from '#libs/database';
import type { BulkLoad, ExclusionsService } from '#libs/facts';
import type { FactWriter } from '#libs/ingest';
import type { Instance } from '#libs/platform';
import { restoreSegment } from '#libs/segments';
import { newWebhookSecret, restoreSubscription } from '#libs/subscriptions';

/** The services that a restore writes with. */
export interface RestoreParts {
  database: Database;
  load: BulkLoad;
  writer: FactWriter;
  exclusions: ExclusionsService;
  instance: Instance;
}

/**
 * Writes the lines of an exported store that are not events. Identities, erased domains, segments and subscriptions are
 * added to those of the store, exclusion rules are merged.
 */
export class StoreRestore {
  constructor(private readonly parts: RestoreParts) {}

  /** Writes records in the order of the file. @throws Error when the store has another key for hashes */
  async take(records: readonly StoreRecord[]): Promise<void> {
    const identities: RecordOf<'insightd.identity'>[] = [];
    const erased = new Map<string, RecordOf<'insightd.erased_domain'>>();
    for (const { type, data } of records) {
      switch (type) {
        case 'insightd.store':
          await this.begin(data);
          break;
        case 'insightd.identity':
          identities.push(data);
          break;
        case 'insightd.erased_domain':
          erased.set(data.user_id, data);
          break;
        case 'insightd.exclusions':
          await this.parts.exclusions.change((known) => merged(known, data));
          break;
        case 'insightd.segment':
          await restoreSegment(this.parts.database.pool, data);
          break;
        case 'insightd.subscription':
          await restoreSubscription(this.parts.database.pool, data, newWebhookSecret());
          break;
        case 'insightd.end':
      }
    }
    if (identities.length > 0) await this.parts.load.identities(identities);
    if (erased.size > 0) await this.parts.load.erasedDomains([...erased.values()]);
  }

  private async begin({ hash_key: key }: RecordOf<'insightd.store'>): Promise<void> {
    await this.parts.instance.adoptHashKey(key);
    this.parts.writer.beginRestore();
  }
}

function merged(known: ExclusionRules, added: ExclusionRules): ExclusionRules {
  const both = (list: keyof ExclusionRules) => [...new Set([...known[list], ...added[list]])];
  return {
    email_domains: both('email_domains'),
    user_ids: both('user_ids'),
    org_ids: both('org_ids'),
  };
}
