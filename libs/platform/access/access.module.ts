import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditController } from '../audit/audit.controller.js';
import { Refusals } from '../audit/refusals.js';
import { Bodies } from '../http/bodies.js';
import { AccessGuard } from './access.guard.js';
import { KeyAccess } from './key-access.js';
import { KeysController } from './keys.controller.js';
import { FlowCookie } from './oidc/flow-cookie.js';
import { Flows } from './oidc/flows.js';
import { OidcSignIn } from './oidc/oidc-sign-in.service.js';
import { Provider } from './oidc/provider.js';
import { ReadLimitGuard } from './read-limit.guard.js';
import { SameOrigin } from './same-origin.js';
import { SessionAccess } from './session-access.js';
import { SessionCookie } from './session-cookie.js';
import { SessionController, SignInOptionsController } from './session.controller.js';
import { SessionsAdminController } from './sessions-admin.controller.js';
import { SignInLog } from './sign-in-log.js';
import { WrongKeys } from './wrong-keys.js';

/**
 * Guards every route: first checks the key or session and its scope, then the rate limit. The guards of a handler run
 * after these; the one that reads the body is the last of them.
 */
@Global()
@Module({
  controllers: [
    SignInOptionsController,
    SessionController,
    SessionsAdminController,
    KeysController,
    AuditController,
  ],
  providers: [
    Bodies,
    FlowCookie,
    Flows,
    KeyAccess,
    OidcSignIn,
    Provider,
    Refusals,
    SameOrigin,
    SessionAccess,
    SessionCookie,
    SignInLog,
    WrongKeys,
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadLimitGuard },
  ],
  exports: [Bodies, WrongKeys],
})
export class AccessModule {}
