import type { REPORTS, Ranking, Subject } from '#libs/contracts';
import type { Definition } from './definition.js';
import { championLost } from './champion-lost.js';
import { health } from './health.js';
import { attrition, growth, orgChurn, orgReengagement } from './org-reports.js';
import { ownerLost } from './owner-lost.js';
import { slipping } from './slipping.js';
import { champion, topInviter, userChurn, userReengagement } from './user-reports.js';

type Catalogue = typeof REPORTS;

/** The definitions of all reports. A missing definition, or one that is not in the catalogue, does not compile. */
export type Definitions = { [S in Subject]: { [R in keyof Catalogue[S]]: Definition } };

export const DEFINITIONS: Definitions = {
  user: {
    top_inviter: topInviter,
    champion,
    reengagement: userReengagement,
    churn: userChurn,
  },
  org: {
    reengagement: orgReengagement,
    churn: orgChurn,
    growth,
    attrition,
    slipping,
    champion_lost: championLost,
    owner_lost: ownerLost,
    health,
  },
};

/** @throws Error for a report without a definition, which `checkCatalogue` refuses at start-up */
export function definitionOf({ subject, report }: Pick<Ranking, 'subject' | 'report'>): Definition {
  const found = (DEFINITIONS[subject] as Record<string, Definition | undefined>)[report];
  if (!found) throw new Error(`no definition of the ${subject} report ${report}`);
  return found;
}

export { checkCatalogue } from './check.js';
export { windowOf, type Extra, type RankedList } from './definition.js';
export { healthColumns } from './health.js';
export {
  healthScore,
  indexColumn,
  indexColumns,
  indexKeys,
  lastActiveDay,
} from './subject-index.js';
