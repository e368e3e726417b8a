import { copyIn, type Cell, type ColumnType } from './copy-in.js';
import type { Connection } from './database.js';

/** Rows that a statement is to read. The name and those of the columns become part of its text. */
export interface RowSet {
  name: string;
  columns: readonly (readonly [name: string, type: ColumnType])[];
  rows: readonly (readonly Cell[])[];
}

/** What a statement reads told rows from: a relation named `told`, and the parameters that it needs. */
interface Relation {
  from: string;
  values: unknown[];
}

/** Hands rows to a statement of the same transaction. */
export type RowTransfer = (db: Connection, told: RowSet) => Promise<Relation>;

/** As parameters, an array a column: one round trip, best for what requests bring. */
export const viaUnnest: RowTransfer = (_db, { columns, rows }) => {
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
  const names = columns.map(([name]) => name);
  const values = columns.map(([, type], index) => rows.map((row) => written(type, row[index])));
  const from = `unnest(${arrays.join(', ')}) as told (${names.join(', ')})`;
  return Promise.resolve({ from, values });
};

/**
 * By COPY through a table that goes with the transaction, as a pooler that deals sessions out needs
 * it: best for thousands, which nobody has to write as text and read again.
 */
export const viaCopy: RowTransfer = async (db, { name, columns, rows }) => {
  const table = `pg_temp.told_${name}`;
  const defined = columns.map(([column, type]) => `${column} ${type}`);
  await db.query(`create temporary table told_${name} (${defined.join(', ')}) on commit drop`);
  const types = columns.map(([, type]) => type);
  await copyIn(db, table, types, rows);
  return { from: `${table} as told`, values: [] };
};

function written(type: ColumnType, cell: Cell): Cell {
  return type === 'timestamptz' && typeof cell === 'number' ? new Date(cell).toISOString() : cell;
}
