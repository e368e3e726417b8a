import { intervalDays, type Ranking } from '#libs/contracts';
import { COMPARED_RANKINGS } from '../compared.js';
import {
  D,
  BITMAPS_FROM_BITS,
  BITMAPS_FROM_ROWS,
  ORGS_FROM_COUNTS,
  ORGS_FROM_BITMAPS,
  USERS_FROM_COUNTS,
  USERS_FROM_BITMAPS,
  USER_DAYS,
} from './facts-sql.js';

/** A way for DuckDB to make the 22 rankings: each user and each org is aggregated once. */
export interface Pass {
  /** The name in the table. */
  what: string;
  /** The measured part; at its end everything is in the file. */
  statements: readonly string[];
  /** Reads a ranking back: key, then the report's additional numbers, in order. */
  read(ranking: Ranking): string;
}

/** The listed keys, their numbers and their order; by default the order of the facts. */
interface List {
  where: string;
  extras: readonly string[];
  /** `then` completes the order where the report leaves it open. */
  order?: (then: string) => string;
}

/** Reengagement and churn, the same for users and orgs. */
const RETURNS: Record<string, (n: number) => List> = {
  reengagement: (n) => ({
    where: `created_day < ${D - 2 * n + 1} and active${n} and not before${n}`,
    extras: [],
  }),
  churn: (n) => ({ where: `created_day < ${D - n + 1} and not active${n}`, extras: [] }),
};

const LISTS: Record<Ranking['subject'], Record<string, (n: number) => List>> = {
  user: {
    ...RETURNS,
    top_inviter: (n) => counted(`invitees${n}`),
    champion: (n) => counted(`days${n}`),
  },
  org: {
    ...RETURNS,
    growth: (n) => ({
      where: `added${n} > removed${n}`,
      extras: [`added${n}`, `removed${n}`],
      order: () => `added${n} - removed${n} desc, added${n} desc, id_place`,
    }),
    attrition: (n) => ({
      where: `removed${n} >= 1`,
      extras: [`added${n}`, `removed${n}`, `added${n} - removed${n}`],
      order: () => `removed${n} desc, added${n} - removed${n}, id_place`,
    }),
  },
};

function counted(count: string): List {
  return { where: `${count} >= 1`, extras: [count], order: (then) => `${count} desc, ${then}` };
}

function listOf({ subject, report, interval }: Ranking): List {
  return LISTS[subject][report]!(intervalDays(interval));
}

/** The table of a ranking: the n-th row is the n-th entry of the list. */
export function tableOf({ subject, report, interval }: Ranking): string {
  return `ranking_${subject}_${report}_${interval}`.toLowerCase();
}

function writeTable(ranking: Ranking): string {
  const { where, order, extras } = listOf(ranking);
  const columns = extras.map((extra, place) => `, (${extra})::integer as extra${place}`).join('');
  return `
    create table ${tableOf(ranking)} as
    select key${columns} from ${ranking.subject}_facts
    where ${where} ${order ? `order by ${order('rowid')}` : ''}`;
}

/**
 * The fastest pass that we found: users and orgs are sorted once, for all lists in this order; one table per list,
 * with the row number as the position.
 */
const inTables = (what: string, bitmaps: string): Pass => ({
  what,
  statements: [
    'begin',
    `create temp table place_days as ${bitmaps}`,
    `create temp table active as ${USER_DAYS}`,
    `create temp table user_facts as ${USERS_FROM_BITMAPS}`,
    `create temp table org_facts as ${ORGS_FROM_BITMAPS}`,
    ...COMPARED_RANKINGS.map(writeTable),
    'commit',
    'checkpoint',
  ],
  read: (ranking) => `select * from ${tableOf(ranking)} order by rowid`,
});

const MAX_EXTRAS = 3;

function rankedRows(ranking: Ranking, index: number): string {
  const { where, order, extras } = listOf(ranking);
  const ties = {
    user: 'last_active_at desc, id',
    org: 'members desc, created_second, id',
  }[ranking.subject];
  const columns = Array.from({ length: MAX_EXTRAS }, (_, place) => {
    return `(${extras[place] ?? 'null'})::integer as extra${place}`;
  });
  const place = `(row_number() over (order by ${order ? order(ties) : ties}))::integer as place`;
  return `
    select ${index}::utinyint as ranking, ${place}, key, ${columns.join(', ')}
    from ${ranking.subject}_facts where ${where}`;
}

/** The most obvious SQL: one statement, counts with filters, numbered rows in one table. */
const oneStatement: Pass = {
  what: 'DuckDB on rows, one statement as first written',
  statements: [
    `create table rankings as
     with user_facts as materialized (${USERS_FROM_COUNTS}),
       org_facts as materialized (${ORGS_FROM_COUNTS})
     ${COMPARED_RANKINGS.map(rankedRows).join(' union all ')}`,
    'checkpoint',
  ],
  read: (ranking) => {
    const extras = listOf(ranking)
      .extras.map((_, place) => `, extra${place}`)
      .join('');
    const index = COMPARED_RANKINGS.indexOf(ranking);
    return `select key${extras} from rankings where ranking = ${index} order by place`;
  },
};

/** The measured passes of DuckDB. */
export const PASSES = {
  rows: inTables('DuckDB on rows, one pass', BITMAPS_FROM_ROWS),
  bits: inTables('DuckDB on the same bitmaps, one pass', BITMAPS_FROM_BITS),
  plain: oneStatement,
} as const;

/** Removes the tables of an earlier pass. */
export const CLEAR: readonly string[] = [
  ...[
    ...COMPARED_RANKINGS.map(tableOf),
    'rankings',
    'place_days',
    'active',
    'user_facts',
    'org_facts',
  ].map((name) => `drop table if exists ${name}`),
  'checkpoint',
];
