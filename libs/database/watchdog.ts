import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** How often connections are checked. */
const LOOK_MS = 250;
/** How long a cancelled statement may take to end before its connection is destroyed. */
const GRACE_MS = 2_000;
const CANCEL_WITHIN_MS = 2_000;

/** Members of `pg` that its types omit: the statements under way, the socket, and the key to cancel a statement. */
interface Wire extends pg.ClientBase {
  _getActiveQuery(): unknown;
  _queryQueue: unknown[];
  readyForQuery: boolean;
  connection: { stream: Duplex & { bytesRead: number; bytesWritten: number } };
  host: string;
  port: number;
  ssl: unknown;
  processID: number | null;
  secretKey: number | null;
}

/** A statement was under way and no byte moved for longer than the limit. */
class SilentConnectionError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`PostgreSQL was silent for ${Math.round(ms / 1_000)} s: the connection was closed`);
  }
}

interface Watched {
  client: Wire;
  usualMs: number;
  limitMs: number;
  /** Whether it is checked out of its pool. */
  isOut: boolean;
  statement: unknown;
  moved: number;
  quietMs: number;
  isCancelled: boolean;
}

const watched = new Map<pg.ClientBase, Watched>();
let timer: NodeJS.Timeout | undefined;

/**
 * Watches the progress of a connection's statements. When no byte moves within the limit, the statement is cancelled
 * over another connection. When that has no effect, the connection is destroyed, and with it all idle connections,
 * which most likely take the same broken route.
 * @param limitMs the limit of silence
 */
export function watch(client: pg.ClientBase, limitMs: number): void {
  if (watched.has(client)) return;
  const one: Watched = {
    client: client as Wire,
    usualMs: limitMs,
    limitMs,
    isOut: true,
    statement: undefined,
    moved: 0,
    quietMs: 0,
    isCancelled: false,
  };
  watched.set(client, one);
  client.once('end', () => watched.delete(client));
  // The statement rejects as well. Without a listener, the event would end the process.
  client.on('error', () => undefined);
  timer ??= setInterval(look, LOOK_MS).unref();
}

/** Watches every connection of a pool. Idle ones are destroyed when another connection falls silent. */
export function watchPool(pool: pg.Pool, limitMs: number): void {
  pool.on('connect', (client) => watch(client, limitMs));
  pool.on('acquire', (client) => setOut(client, true));
  pool.on('release', (_error, client) => setOut(client, false));
}

/** Sets the limit of a connection until it goes back to its pool. */
export function limitSilence(client: pg.ClientBase, limitMs: number): void {
  const one = watched.get(client);
  if (one) one.limitMs = limitMs;
}

function setOut(client: pg.ClientBase, isOut: boolean): void {
  const one = watched.get(client);
  if (!one) return;
  one.isOut = isOut;
  if (!isOut) one.limitMs = one.usualMs;
}

/** Silence is counted in checks, not by the clock: while this process is busy, it cannot read an answer. */
function look(): void {
  for (const one of watched.values()) {
    const statement = owed(one.client);
    const moved = bytesMoved(one.client);
    if (statement === undefined || statement !== one.statement || moved !== one.moved) {
      Object.assign(one, { statement, moved, quietMs: 0, isCancelled: false });
      continue;
    }
    if (isOurTurn(statement, one.client)) continue;
    one.quietMs += LOOK_MS;
    if (one.quietMs >= one.limitMs && !one.isCancelled) {
      one.isCancelled = true;
      cancel(one.client);
    }
    if (one.quietMs >= one.limitMs + GRACE_MS) giveUp(one);
  }
}

/** What PostgreSQL has not finished: a statement, or the end of one that failed. */
function owed(client: Wire): unknown {
  const end = client.readyForQuery ? undefined : client;
  return client._getActiveQuery() ?? client._queryQueue[0] ?? end;
}

function bytesMoved({ connection: { stream } }: Wire): number {
  return stream.bytesRead + stream.bytesWritten - stream.writableLength;
}

/** Whether PostgreSQL waits for rows of a COPY that this process has not sent yet. */
function isOurTurn(statement: unknown, { connection }: Wire): boolean {
  const copy = statement as { _gotCopyInResponse?: boolean; writableEnded?: boolean };
  const isCopyIn = copy._gotCopyInResponse === true && copy.writableEnded === false;
  return isCopyIn && connection.stream.writableLength === 0;
}

function giveUp(one: Watched): void {
  destroy(one);
  for (const other of watched.values()) {
    if (!other.isOut && owed(other.client) === undefined) destroy(other);
  }
}

function destroy({ client, limitMs }: Watched): void {
  watched.delete(client);
  client.connection.stream.destroy(new SilentConnectionError(limitMs));
}

const CANCEL_REQUEST = 80_877_102;

/**
 * Asks PostgreSQL, or a pooler, to cancel a statement, without waiting for the reply. Does nothing over TLS: such a
 * connection is only destroyed.
 */
function cancel({ host, port, ssl, processID, secretKey }: Wire): void {
  if (processID === null || secretKey === null || ssl) return;
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST, processID, secretKey].forEach((word, index) =>
    request.writeInt32BE(word, index * 4),
  );
  const socket = host.startsWith('/')
    ? connect(`${host}/.s.PGSQL.${port}`)
    : connect({ host, port });
  socket.on('error', () => undefined);
  socket.setTimeout(CANCEL_WITHIN_MS, () => socket.destroy());
  socket.end(request);
  socket.unref();
}
