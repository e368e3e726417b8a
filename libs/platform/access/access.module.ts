import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { KeysController } from './keys.controller.js';
import { ReadLimitGuard } from './read-limit.guard.js';
import { SessionController } from './session.controller.js';

/** Guards every route: first the key or session and its scope, then its rate. */
@Global()
@Module({
  controllers: [SessionController, KeysController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadLimitGuard },
  ],
})
export class AccessModule {}
