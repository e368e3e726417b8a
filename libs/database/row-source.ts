import { copyIn, type Cell, type ColumnType } from './copy-in.js';
import type { Connection } from './database.js';

/** Rows for a statement. The names of the set and its columns become part of the SQL text. */
export interface RowSet {
  name: string;
  columns: readonly (readonly [name: string, type: ColumnType])[];
  rows: readonly (readonly Cell[])[];
}

/** The `from` item named `incoming` that a statement reads the rows from, and the statement's first parameters. */
interface Relation {
  from: string;
  values: unknown[];
}

/** Makes rows available to a statement of the same transaction. */
export type RowTransfer = (db: Connection, rows: RowSet) => Promise<Relation>;

/** Passes the rows as parameters, one array per column: one round trip, best for the few rows of a request. */
export const viaUnnest: RowTransfer = (_db, { columns, rows }) => {
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
  const names = columns.map(([name]) => name);
  const values = columns.map(([, type], index) => rows.map((row) => written(type, row[index])));
  const from = `unnest(${arrays.join(', ')}) as incoming (${names.join(', ')})`;
  return Promise.resolve({ from, values });
};

/**
 * Copies the rows into a temporary table that is dropped at commit, so it works behind a pooler in transaction mode.
 * Best for thousands of rows, since values are not converted to text and back.
 */
export const viaCopy: RowTransfer = async (db, { name, columns, rows }) => {
  const table = `pg_temp.incoming_${name}`;
  const defined = columns.map(([column, type]) => `${column} ${type}`);
  await db.query(`create temporary table incoming_${name} (${defined.join(', ')}) on commit drop`);
  const types = columns.map(([, type]) => type);
  await copyIn(db, table, types, rows);
  return { from: `${table} as incoming`, values: [] };
};

function written(type: ColumnType, cell: Cell): Cell {
  return type === 'timestamptz' && typeof cell === 'number' ? new Date(cell).toISOString() : cell;
}
