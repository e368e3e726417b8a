import { withConnection, type Queryable } from '#libs/database';
import { LAYOUT, LOCAL_FACTS } from './layout.js';

const ANSWER_MS = 10_000;

const STATE = `
  select (select distribution from instance) as distribution,
    to_regclass('pg_catalog.pg_dist_partition') is not null as "hasCitus",
    array(
      select relname::text from pg_class
      where relnamespace = current_schema()::regnamespace and relkind = 'f' and relname = any($1)
      order by relname) as "foreign"`;
const DISTRIBUTED = `
  select relname::text as name from pg_dist_partition join pg_class on pg_class.oid = logicalrelid
  where relnamespace = current_schema()::regnamespace and partmethod in ('h', 'n') and relname = any($1)
  order by relname`;

const TABLES = [...LAYOUT.map(({ table }) => table), ...LOCAL_FACTS];

/** What a store records about its distribution, and which tables of facts are distributed or foreign. */
interface Distribution {
  recorded: 'begun' | 'complete' | null;
  distributed: readonly string[];
  foreign: readonly string[];
}

export async function readDistribution(db: Queryable): Promise<Distribution> {
  const { rows } = await db.query<{
    distribution: Distribution['recorded'];
    hasCitus: boolean;
    foreign: string[];
  }>(STATE, [TABLES]);
  const { distribution: recorded, hasCitus, foreign } = rows[0]!;
  const found = hasCitus ? (await db.query<{ name: string }>(DISTRIBUTED, [TABLES])).rows : [];
  return { recorded, distributed: found.map(({ name }) => name), foreign };
}

/**
 * Checks at a start that the store records how its facts are distributed. Without the record, runs would silently miss
 * changes: each node numbers its own transactions.
 * @throws Error that says what to do
 */
export async function checkDistribution(databaseUrl: string): Promise<void> {
  const problem = await withConnection({ connectionString: databaseUrl }, ANSWER_MS, async (db) =>
    problemOf(await readDistribution(db)),
  );
  if (problem !== undefined) throw new Error(problem);
}

/** Why a store must not be used; undefined when it may. */
function problemOf({ recorded, distributed, foreign }: Distribution): string | undefined {
  if (foreign.length > 0) {
    return (
      `The table ${foreign[0]} is foreign, which does not work: runs would miss changes and writes could be lost. ` +
      'To spread a store over several machines, use Citus and "insightd distribute" (docs/scale.md).'
    );
  }
  const missing = LAYOUT.find(({ table }) => !distributed.includes(table))?.table;
  if (recorded === null) {
    if (distributed.length === 0) return undefined;
    return (
      `The table ${distributed[0]} is distributed, but the store does not record it, so runs would miss changes: ` +
      'stop all processes of insightd and run "insightd distribute" once (docs/scale.md).'
    );
  }
  if (recorded === 'begun')
    return 'The distribution of this store has begun and not ended: run "insightd distribute" again.';
  if (missing === undefined) return undefined;
  return (
    `This store is distributed, but its table ${missing} is not. After an upgrade, run "insightd distribute" again. ` +
    'A copy of the coordinator alone is not a store: restore all nodes, or import an exported store.'
  );
}
