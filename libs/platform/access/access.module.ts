import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Bodies } from '../http/bodies.js';
import { AccessGuard } from './access.guard.js';
import { KeyAccess } from './key-access.js';
import { KeysController } from './keys.controller.js';
import { ReadLimitGuard } from './read-limit.guard.js';
import { SameOrigin } from './same-origin.js';
import { SessionAccess } from './session-access.js';
import { SessionCookie } from './session-cookie.js';
import { SessionController } from './session.controller.js';
import { SessionsAdminController } from './sessions-admin.controller.js';
import { WrongKeys } from './wrong-keys.js';

/**
 * Guards every route: first checks the key or session and its scope, then the rate limit. The guards of a handler run
 * after these; the one that reads the body is the last of them.
 */
@Global()
@Module({
  controllers: [SessionController, SessionsAdminController, KeysController],
  providers: [
    Bodies,
    KeyAccess,
    SameOrigin,
    SessionAccess,
    SessionCookie,
    WrongKeys,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadLimitGuard },
  ],
  exports: [Bodies, WrongKeys],
})
export class AccessModule {}
