export * from './access/access.guard.js';
export * from './access/access.module.js';
export * from './access/keys.service.js';
export { OidcSignIn } from './access/oidc/oidc-sign-in.service.js';
export { SignInProblem } from './access/oidc/sign-in-problem.js';
export { Uncounted } from './access/read-limit.guard.js';
export { SessionCookie } from './access/session-cookie.js';
export { SessionsService } from './access/sessions.service.js';
export { WrongKeys } from './access/wrong-keys.js';
export {
  AuditLog,
  CLI_ACTOR,
  SYSTEM_ACTOR,
  actorOf,
  type AuditRecord,
} from './audit/audit-log.service.js';
export { AuditRetention } from './audit/audit-retention.js';
export { Audited, NotAudited } from './audit/audited.js';
export * from './clock/clock.js';
export * from './clock/database-clock.query.js';
export * from './clock/duty-cycle.js';
export { Turns } from './clock/turns.js';
export * from './config/index.js';
export { readMailFrom } from './config/mail-from.js';
export { readPublicUrl } from './config/public-url.js';
export * from './instance/instance.js';
export {
  checkInviteeHashKey,
  readInviteeHashKey,
  type ExportedHashKey,
} from './instance/invitee-hash-key.js';
export { StoreWatch } from './instance/store-watch.js';
export { NO_DATABASE, Readiness } from './health/readiness.js';
export { INGEST_BYTES, TakesBody } from './http/bodies.js';
export * from './http/body.js';
export * from './http/csv.js';
export { shapeProblem } from './http/json-limits.js';
export * from './http/operation.js';
export { Outside } from './http/outside.js';
export * from './http/problem.filter.js';
export * from './http/query.js';
export * from './http/server.js';
export { refuseWhileStopping } from './http/stopping.js';
export * from './logger/logger.js';
export * from './metrics/metrics.js';
export * from './platform.module.js';
export * from './queue/queue.module.js';
export { QueueStore } from './queue/queue-store.js';
export * from './openapi/index.js';
export { QUEUE_RETRY_MS, StoreJobs } from './queue/store-jobs.js';
