import { orgReport, type Extra } from './definition.js';

const EXTRAS: readonly Extra[] = [{ name: 'lost_at', kind: 'time' }];

/** Orgs without an owner whose last owner left in W(30). */
export const ownerLost = orgReport('fixed windows', EXTRAS, ({ lostOwners }) => ({
  listed: lostOwners.orgs,
  by: [[lostOwners.at, 'descending']],
  extras: [lostOwners.at],
}));
