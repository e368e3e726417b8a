import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Calendar } from '#libs/contracts';
import { DATABASE_SETTINGS, Database } from '#libs/database';
import { KeysService } from './access/keys.service.js';
import { Clock } from './clock/clock.js';
import { People } from './access/oidc/people.js';
import { SessionsService } from './access/sessions.service.js';
import { AuditLog } from './audit/audit-log.service.js';
import { AuditRetention } from './audit/audit-retention.js';
import { SETTINGS, calendarOf, type Settings } from './config/index.js';
import { Instance } from './instance/instance.js';
import { StoreWatch } from './instance/store-watch.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { Outside } from './http/outside.js';
import { Logger } from './logger/logger.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { QueueStore } from './queue/queue-store.js';

/** The services that a process has one instance of: database, clock, keys, logger, metrics and others. */
@Global()
@Module({})
export class PlatformModule {
  static register(settings: Settings): DynamicModule {
    const edges = [
      AuditLog,
      AuditRetention,
      Clock,
      Database,
      Instance,
      KeysService,
      Logger,
      Metrics,
      Outside,
      People,
      QueueStore,
      Readiness,
      SessionsService,
      StoreWatch,
    ];
    const provided = { provide: SETTINGS, useValue: settings };
    const forDatabase = { provide: DATABASE_SETTINGS, useExisting: SETTINGS };
    const calendar = { provide: Calendar, useValue: calendarOf(settings) };
    return {
      module: PlatformModule,
      controllers: [HealthController, MetricsController],
      providers: [provided, forDatabase, calendar, ...edges],
      exports: [provided, calendar, ...edges],
    };
  }
}
