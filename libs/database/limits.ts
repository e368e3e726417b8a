/** Time limits of work on a connection, in milliseconds. */
export interface Limits {
  /** Without a byte in either direction while a statement runs; then the connection is destroyed. */
  silenceMs: number;
  /** For one statement; enforced by PostgreSQL. */
  statementMs: number;
  /** For a lock that another transaction holds; enforced by PostgreSQL. */
  lockMs: number;
  /** Between two statements of a transaction; PostgreSQL then rolls it back. */
  idleMs: number;
}

/** The limits of a process: `short` for requests, `long` for work on many rows. */
export interface WorkLimits {
  short: Limits;
  long: Limits;
}

const DEFAULT_STATEMENT_SECONDS = 10;
const DEFAULT_SILENCE_SECONDS = 30;
/** The limit of a statement that still moves bytes, such as a COPY. */
const LONGEST_STATEMENT_MS = 3_600_000;
/** Leaves time for computation between two statements on a busy machine. */
const SHORT_IDLE_MS = 30_000;
const LONG_IDLE_MS = 600_000;

/**
 * The limits that follow from the settings.
 * @param statementSeconds the limit of a statement that a request waits for
 * @param silenceSeconds the limit without a byte of progress for a statement that reads or writes many rows
 */
export function workLimits(
  statementSeconds = DEFAULT_STATEMENT_SECONDS,
  silenceSeconds = DEFAULT_SILENCE_SECONDS,
): WorkLimits {
  const statementMs = statementSeconds * 1_000;
  const silenceMs = silenceSeconds * 1_000;
  return {
    short: { silenceMs: statementMs, statementMs, lockMs: statementMs, idleMs: SHORT_IDLE_MS },
    long: {
      silenceMs,
      statementMs: LONGEST_STATEMENT_MS,
      lockMs: silenceMs,
      idleMs: LONG_IDLE_MS,
    },
  };
}

/**
 * `begin` and the limits that PostgreSQL enforces, in one round trip. They apply to the transaction only, so a pooler
 * may give the session to another client afterwards. They also end a transaction whose client is gone.
 */
export function beginWith(begin: string, limits: Limits): string {
  return `${begin}; ${limitsOf(limits)}`;
}

/** The statements that set the limits of a transaction. */
function limitsOf({ statementMs, lockMs, idleMs }: Limits): string {
  return [
    `set local statement_timeout = ${statementMs}`,
    `set local lock_timeout = ${lockMs}`,
    `set local idle_in_transaction_session_timeout = ${idleMs}`,
  ].join('; ');
}
