export type { ActivityDays, DayRange } from './activity-days.js';
export { ActivityFold } from './activity-fold.service.js';
export { BulkLoad } from './bulk-load.js';
export * from './cards.query.js';
export { BLOCK_BYTES, BLOCK_SHIFT, BLOCK_SIZE, isMarked } from './day-block.js';
export { FactsModule } from './facts.module.js';
export { FactsService } from './facts.service.js';
export { forgetIdentities } from './identities.store.js';
export { orgsOf } from './memberships.store.js';
export { orgMembers, type OrgMember } from './org-members.query.js';
export * from './profiles.query.js';
export { startOf, type Membership, type Span } from './replay.js';
export {
  loadActivity,
  loadLastActive,
  scanActivity,
  scanInvites,
  scanOrgOrder,
  scanOrgs,
  scanUserOrder,
  scanUsers,
} from './scan.js';
export { scanMemberships } from './scan-memberships.js';
export * from './user-history.query.js';
