export * as auditShapes from './audit.js';
export type * from './audit.js';
export * from './catalogue.js';
export * from './check-event.js';
export * as engagementShapes from './engagement.js';
export { COHORT_STATES, LAST_COHORT_CELL, LIFECYCLE_PARTS, ROLLING_DAYS } from './engagement.js';
export type * from './engagement.js';
export * from './errors.js';
export * from './events.js';
export * from './exact-json.js';
export * as exclusionShapes from './exclusions.js';
export type { ExclusionRules, Exclusions, ExclusionsPreview } from './exclusions.js';
export { MAX_CHARACTERS, id as idSchema, isObject, isStorable } from './fields.js';
export * as healthShapes from './health.js';
export type * from './health.js';
export * as insights from './insights.js';
export type * from './insights.js';
export * from './calendar.js';
export * from './instant.js';
export * from './jobs.js';
export * as keyShapes from './keys.js';
export { KEY_NAME_RULE, KEY_SCOPES_RULE, SCOPES, keyName, keyScopes } from './keys.js';
export type * from './keys.js';
export * as mcpShapes from './mcp.js';
export * as parameters from './parameters.js';
export * as personShapes from './person.js';
export type * from './person.js';
export * from './problem.js';
export {
  PROFILE_COLUMNS,
  PROFILE_FIELDS,
  type ProfileField,
  type ProfileValues,
} from './profile-fields.js';
export * as segmentShapes from './segments.js';
export {
  MAX_KEY_CHARACTERS,
  MAX_SEGMENTS,
  MAX_VALUE_CHARACTERS,
  isText,
  readWhere,
  segmentParameters,
} from './segments.js';
export type * from './segments.js';
export * from './senders.js';
export * from './store-lines.js';
export * from './subject-index.js';
export * as subscriptionShapes from './subscriptions.js';
export { MAX_MESSAGE_ROWS, MAX_SUBSCRIPTIONS, rankingOf, subjectOf } from './subscriptions.js';
export type * from './subscriptions.js';
export * from './traits.js';
export * as wire from './wire.js';
export { endsWithin, within } from './within.js';
export type * from './wire.js';
