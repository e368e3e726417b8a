import type { Ranking } from '#libs/contracts';
import type { Definition } from './definition.js';
import { attrition, growth, orgChurn, orgReengagement } from './org-reports.js';
import { champion, topInviter, userChurn, userReengagement } from './user-reports.js';

const DEFINITIONS: readonly Definition[] = [
  topInviter,
  champion,
  userReengagement,
  userChurn,
  orgReengagement,
  orgChurn,
  growth,
  attrition,
];

/** @throws Error when the catalogue names a report that is not defined */
export function definitionOf({ subject, report }: Pick<Ranking, 'subject' | 'report'>): Definition {
  const found = DEFINITIONS.find((one) => one.subject === subject && one.report === report);
  if (!found) throw new Error(`no definition of the ${subject} report ${report}`);
  return found;
}

export { windowOf, type RankedList } from './definition.js';
