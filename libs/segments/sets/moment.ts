import type { Connection } from '#libs/database';
import { currentReadPoint, type ReadPoint } from '#libs/facts';

/** The moment and the store that a transaction sees. */
export interface Moment {
  readPoint: ReadPoint;
  /** The last millisecond of the current second: facts of the current second count. */
  ms: number;
  /** One more than the highest key. */
  sizes: { user: number; org: number };
  /** Identifies the excluded users and orgs. */
  exclusions: string;
}

const MOMENT = `
  select floor(extract(epoch from now()))::float8 as second,
    coalesce((select max(id) from user_ids), 0) + 1 as "ofUsers",
    coalesce((select max(id) from org_ids), 0) + 1 as "ofOrgs",
    (select version || '/' || changes from exclusions) as exclusions`;

interface Row {
  second: number;
  ofUsers: number;
  ofOrgs: number;
  exclusions: string;
}

/** The moment of a transaction whose statements all see one snapshot. */
export async function currentMoment(db: Connection): Promise<Moment> {
  const readPoint = await currentReadPoint(db);
  const { second, ofUsers, ofOrgs, exclusions } = (await db.query<Row>(MOMENT)).rows[0]!;
  return {
    readPoint,
    ms: second * 1000 + 999,
    sizes: { user: ofUsers, org: ofOrgs },
    exclusions,
  };
}
