import type { REPORTS, Ranking, Subject } from '#libs/contracts';
import type { Definition } from './definition.js';
import { attrition, growth, orgChurn, orgReengagement } from './org-reports.js';
import { champion, topInviter, userChurn, userReengagement } from './user-reports.js';

type Catalogue = typeof REPORTS;

/** The definition of each report of the catalogue: one that is missing, or has no entry there, does not compile. */
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
  },
};

/** @throws Error when the catalogue names a report that is not defined, which the boot refuses */
export function definitionOf({ subject, report }: Pick<Ranking, 'subject' | 'report'>): Definition {
  const found = (DEFINITIONS[subject] as Record<string, Definition | undefined>)[report];
  if (!found) throw new Error(`no definition of the ${subject} report ${report}`);
  return found;
}

export { checkCatalogue } from './check.js';
export { windowOf, type RankedList } from './definition.js';
