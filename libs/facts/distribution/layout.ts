/** How a table of facts is distributed over the nodes of Citus. */
export type Placement =
  /** A copy on every node. */
  | { table: string; by?: undefined }
  /** Rows of one number are on one node; tables of one group have equal numbers on the same node. */
  | { table: string; by: string; group: 'users' | 'blocks' | 'identities' };

/**
 * The layout of a distributed store, in the order of its creation. All other tables are on the coordinator. A new table
 * of facts is placed by its users' key, by its block, or, when it is about orgs, on every node.
 */
export const LAYOUT: readonly Placement[] = [
  { table: 'user_ids' },
  { table: 'org_ids' },
  { table: 'orgs' },
  { table: 'org_traits' },
  { table: 'excluded_users' },
  { table: 'excluded_orgs' },
  { table: 'users', by: 'id', group: 'users' },
  { table: 'user_profiles', by: 'user_key', group: 'users' },
  { table: 'user_traits', by: 'user_key', group: 'users' },
  { table: 'erased_domains', by: 'user_key', group: 'users' },
  { table: 'memberships', by: 'user_key', group: 'users' },
  { table: 'invites', by: 'inviter_key', group: 'users' },
  { table: 'activity', by: 'block', group: 'blocks' },
  { table: 'named_activity', by: 'block', group: 'blocks' },
  { table: 'last_active', by: 'block', group: 'blocks' },
  { table: 'event_identities', by: 'event_id', group: 'identities' },
];

/** Tables of facts that stay on the coordinator. */
export const LOCAL_FACTS = ['activity_log', 'activity_pairs'] as const;
