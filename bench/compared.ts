import { RANKINGS, type Ranking } from '#libs/contracts';

/** The reports that DuckDB makes too. */
const REPORTS = ['top_inviter', 'champion', 'reengagement', 'churn', 'growth', 'attrition'];

/** The 22 rankings that are compared with DuckDB's. A run makes all of `RANKINGS`. */
export const COMPARED_RANKINGS: readonly Ranking[] = RANKINGS.filter(({ report }) =>
  REPORTS.includes(report),
);
