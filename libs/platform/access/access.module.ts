import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { SETTINGS, type Settings } from '../config/config.js';
import { AccessGuard } from './access.guard.js';
import { ReadLimitGuard } from './read-limit.guard.js';

/** Guards every route: first the key and its scope, then its rate. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [SETTINGS],
      useFactory: (settings: Settings) => [{ ttl: 1_000, limit: settings.READ_RATE_LIMIT }],
    }),
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadLimitGuard },
  ],
})
export class AccessModule {}
