import { withConnection, type Queryable } from '#libs/database';

/** The expressions that the search compares; their indexes must have the same text. */
export const DOCUMENT = 'search_document(first_name, last_name, username, email)';
export const USER_ID = 'search_text(user_id)';
export const ORG_NAME = 'search_text(name)';
export const ORG_ID = 'search_text(org_id)';

const INDEXES = {
  user_profiles_search: { table: 'user_profiles', expression: DOCUMENT },
  user_ids_search: { table: 'user_ids', expression: USER_ID },
  orgs_search: { table: 'orgs', expression: ORG_NAME },
  org_ids_search: { table: 'org_ids', expression: ORG_ID },
} as const;
const NAMES = Object.keys(INDEXES) as (keyof typeof INDEXES)[];

/** `indexed` when every search can use an index; otherwise it reads all rows. */
type SearchMode = 'indexed' | 'scan';

const MADE = `
  select relname as name, indisvalid as "isValid"
  from pg_index join pg_class c on c.oid = indexrelid
  where relname = any($1) and relnamespace = current_schema()::regnamespace`;

interface Made {
  name: keyof typeof INDEXES;
  isValid: boolean;
}

async function made(db: Queryable): Promise<Made[]> {
  return (await db.query<Made>(MADE, [NAMES])).rows;
}

/** Whether the indexes of the search exist. */
export async function searchMode(db: Queryable): Promise<SearchMode> {
  const valid = (await made(db)).filter(({ isValid }) => isValid);
  return valid.length === NAMES.length ? 'indexed' : 'scan';
}

// The operator class may be in any schema that the extension was installed in.
const OPERATOR_CLASS = `
  select quote_ident(nspname) || '.gin_trgm_ops' as name
  from pg_opclass join pg_namespace n on n.oid = opcnamespace
  where opcname = 'gin_trgm_ops'`;
// A number that no other program is likely to lock: the letters "insx".
const LOCK = 0x696e7378;
const TAKE_LOCK = 'select pg_try_advisory_lock($1) as taken';
const ANSWER_MS = 10_000;
/** The creation of an index sends no byte until it ends. */
const CREATION_MS = 3_600_000;
/**
 * Kilobytes of new entries that wait in a list that every search reads. A worker moves them into the index every few
 * seconds; a writer does so itself when the list is full.
 */
const PENDING_KB = 8_192;

/**
 * Creates the missing indexes of the search, without blocking writers. A million users take about a minute. An index
 * whose creation was interrupted is created again.
 * @param databaseUrl the address of PostgreSQL itself
 * @returns the names of the indexes created; `undefined` when nothing can be created now: the extension pg_trgm is not
 *   installed, or another process creates the indexes
 */
export async function createSearchIndexes(databaseUrl: string): Promise<string[] | undefined> {
  const connection = { connectionString: databaseUrl };
  const isMade = await withConnection(connection, ANSWER_MS, searchMode);
  if (isMade === 'indexed') return [];
  return withConnection(connection, CREATION_MS, async (db) => {
    const operatorClass = (await db.query<{ name: string }>(OPERATOR_CLASS)).rows[0]?.name;
    if (operatorClass === undefined) return undefined;
    if (!(await db.query<{ taken: boolean }>(TAKE_LOCK, [LOCK])).rows[0]!.taken) return undefined;
    const known = new Map((await made(db)).map(({ name, isValid }) => [name, isValid]));
    const missing = NAMES.filter((name) => known.get(name) !== true);
    for (const name of missing) {
      const { table, expression } = INDEXES[name];
      if (known.has(name)) await db.query(`drop index concurrently if exists ${name}`);
      await db.query(
        `create index concurrently ${name} on ${table} using gin (${expression} ${operatorClass})
          with (gin_pending_list_limit = ${PENDING_KB})`,
      );
    }
    return missing;
  });
}

const FLUSH = `
  select gin_clean_pending_list(indexrelid) from pg_index join pg_class c on c.oid = indexrelid
  where relname = any($1) and relnamespace = current_schema()::regnamespace and indisvalid`;

/** Moves the entries that wait into the indexes of the search, so that neither writers nor searches have to. */
export async function flushSearchIndexes(db: Queryable): Promise<void> {
  await db.query(FLUSH, [NAMES]);
}
