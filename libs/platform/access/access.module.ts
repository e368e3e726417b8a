import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { ReadLimitGuard } from './read-limit.guard.js';

/** Guards every route: first the key and its scope, then its rate. */
@Global()
@Module({
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadLimitGuard },
  ],
})
export class AccessModule {}
