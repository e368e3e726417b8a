const AWAY_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT'],
  ...['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Prisma's codes: cannot be reached, timed out, closed, and a driver error without a code of its own.
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2039'],
]);
const READ_ONLY = '25006';
// The last three are limits set by insightd: statement cancelled, lock not granted in time, transaction idle too long.
const AWAY_STATES = /^(08...|57P0[1-5]|53...|25006|57014|55P03|25P03)$/;
// Of the driver, then of Citus about a node, then of libpq: Citus passes those on without a code.
const AWAY_MESSAGES = new RegExp(
  [
    ...['connection terminated', 'timeout exceeded when trying to connect', 'query read timeout'],
    ...['cannot use a pool after', 'connection error and is not queryable'],
    ...['failure on connection marked as essential', 'connection to the remote node'],
    ...['connection establishment for node', 'could not establish any connections to the node'],
    'failed to copy to shard',
    ...['server closed the connection unexpectedly', 'connection not open'],
    ...['no connection to the server', 'could not (receive|send) data (from|to) server'],
    ...['ssl syscall error', 'ssl error: ', 'ssl connection has been closed unexpectedly'],
  ].join('|'),
  'i',
);

/** Whether an error means that the database is unavailable for the moment, rather than that a query is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  const state = sqlState(error);
  if (AWAY_CODES.has(state) || AWAY_STATES.test(state)) return true;
  return AWAY_MESSAGES.test(error.message) || isDatabaseAway(error.cause);
}

/** Whether an error means that the database is read-only, such as a standby or with `default_transaction_read_only`. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** The SQLSTATE or other code of an error; `''` when it has none. */
export function sqlState(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
