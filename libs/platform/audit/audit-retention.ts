import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/index.js';
import { StoreWatch } from '../instance/store-watch.js';
import { AuditLog } from './audit-log.service.js';

/** Deletes old entries of the audit log. */
@Injectable()
export class AuditRetention {
  constructor(
    private readonly log: AuditLog,
    private readonly watch: StoreWatch,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'AUDIT_DAYS'>,
  ) {}

  /** Does nothing while the process's clock differs from the database's: with one that is ahead, everything looks old. */
  async tidy(): Promise<void> {
    if (this.watch.clocksAgree()) await this.log.prune(this.settings.AUDIT_DAYS);
  }
}
