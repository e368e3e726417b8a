// Derives schema.prisma from a database with Prisma's schema engine.
import pg from 'pg';
import {
  NO_FILTERS,
  WholeScripts,
  migrationList,
  withSchemaEngine,
} from '../../dist/libs/database/schema-engine.js';

const TEXT_OID = 25;
const CHAR_OID = 18;
const CHARACTER = 6;
/** The head of the file. The engine keeps names and `///` comments of models, but drops the comment in the head. */
const HEAD = /^[\s\S]*?^datasource [\s\S]*?^}\n/m;

/**
 * Compares a database with this build.
 * @param text the content of schema.prisma; its names and comments are kept
 * @returns the schema.prisma that describes the database, and the names of migrations that were edited after they
 *   were applied
 */
export async function examine(databaseUrl, text) {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const migrationsList = await migrationList();
  try {
    return await withSchemaEngine(new Introspecting(pool), async (engine) => {
      const history = await engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: NO_FILTERS,
      });
      const { schema } = await engine.introspect({
        schema: { files: [{ path: 'schema.prisma', content: text }] },
        baseDirectoryPath: '.',
        force: false,
        compositeTypeDepth: 0,
        namespaces: null,
      });
      const body = schema.files[0].content.replace(HEAD, '');
      return {
        schema: (HEAD.exec(text)?.[0] ?? '') + body,
        editedMigrations: history.editedMigrationNames,
      };
    });
  } finally {
    await pool.end();
  }
}

/** Supports catalog columns of the type "char", which the engine reads and Prisma's adapter refuses. */
class Introspecting extends WholeScripts {
  async connect() {
    const adapter = await super.connect();
    const characters = new WeakMap();
    const performIO = adapter.performIO.bind(adapter);
    adapter.performIO = async (query) => {
      const result = await performIO(query);
      characters.set(
        result.rows,
        result.fields.map(({ dataTypeID }) => dataTypeID === CHAR_OID),
      );
      for (const field of result.fields) {
        if (field.dataTypeID === CHAR_OID) field.dataTypeID = TEXT_OID;
      }
      return result;
    };
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      const isCharacter = characters.get(result.rows);
      const columnTypes = result.columnTypes.map((type, index) =>
        isCharacter[index] ? CHARACTER : type,
      );
      return { ...result, columnTypes };
    };
    return adapter;
  }
}
