export { checkDistribution } from './distribution/check-distribution.js';
export { distribute } from './distribution/distribute.js';
export { isDistributed } from './distribution/is-distributed.query.js';
export { ActivityFold } from './write/activity-fold.service.js';
export { BulkLoad } from './write/bulk-load.js';
export * from './read/display-profiles.query.js';
export type { ActivityTable } from './blocks/day-block.js';
export {
  BLOCK_BYTES,
  BLOCK_SHIFT,
  BLOCK_SIZE,
  DayBlocks,
  forEachKey,
  isMarked,
} from './blocks/day-block.js';
export { readManyOrgs, readManyUsers } from './read/many-profiles.query.js';
export {
  areRowsRemovedSince,
  changedRowsSince,
  forgetChanges,
  type ChangedFact,
  type ChangedRow,
} from './replica/fact-changes.query.js';
export { readRules } from './write/exclusions.store.js';
export { ExclusionsService } from './write/exclusions.service.js';
export { invitesReceived, invitesSent, personFacts } from './export/person.query.js';
export { factLines } from './export/store-lines.js';
export { FactsModule } from './facts.module.js';
export { FactsService, type Written } from './write/facts.service.js';
export { IdStore } from './write/ids.store.js';
export { forgetIdentities } from './write/identities.store.js';
export { FactReplica } from './replica/fact-replica.js';
export { Bitset } from './blocks/bitset.js';
export type { InviteReplica } from './replica/invite-replica.js';
export { contactRole, orgContacts, orgKeysOf, type OrgContact } from './read/org-contacts.query.js';
export { scanActivityOf, scanPairsByKey } from './read/activity-of-keys.js';
export { orgMembers, type OrgMember } from './read/org-members.query.js';
export {
  currentReadPoint,
  canResumeFrom,
  setChangedSince,
  type ReadPoint,
} from './read/read-point.js';
export * from './read/profiles.query.js';
export { currentWitnesses, expectPresent, StoreChanged, type Witnesses } from './write/witness.js';
export { hashInvitee } from './write/invites.store.js';
export { holdsAddress, pseudonymOf } from './write/pseudonyms.js';
export type { Ownership } from './membership/ownerships.js';
export { startOf, type Span } from './membership/replay.js';
export * from './read/scan.js';
export { traitsOf } from './read/traits.query.js';
export * from './read/scan-some-memberships.js';
export { changedFrom } from './membership/changed-from.js';
export { membersOf, scanOpenSpans } from './read/scan-open-spans.js';
export type { Ownerships } from './replica/ownerships.js';
export type { SpanColumns } from './replica/spans.js';
export { NamedDays, NamedPairs, partsOf } from './read/named-days.js';
export { expectCalendar, settleTimeZone, timeZoneOf } from './write/store-calendar.store.js';
export * from './read/user-history.query.js';
export {
  exclusionsState,
  exclusionsVersion,
  notExcluded,
  readExcluded,
  type Excluded,
} from './read/excluded.js';
export { createSearchIndexes, flushSearchIndexes, searchMode } from './search/search-indexes.js';
export { searchSubjects } from './search/search.query.js';
