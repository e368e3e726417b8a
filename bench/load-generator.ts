import { answerParent } from './child.js';
import { Connection } from './connection.js';

/** Requests to be sent, and how. */
export interface Load {
  port: number;
  /** Whole requests, taken in turn. */
  requests: readonly Uint8Array[];
  connections: number;
  /** For how long new ones are sent. */
  seconds: number;
  /** Begins again with the first request after the last; else it ends there. */
  again?: boolean;
  /**
   * Sends so many a second, however long the replies take. Without it each connection sends its next
   * request when the last one is answered.
   */
  perSecond?: number;
}

export interface Loaded {
  /** From the first request to the last reply. */
  seconds: number;
  /** Status → how often it was answered. */
  statuses: Map<number, number>;
  /** For each request answered with 200: its index, and how long it took. */
  accepted: Uint32Array;
  latenciesMs: Float64Array;
  /** How many 503 replies had a `Retry-After` header. */
  retryAfters: number;
}

/** What came of a load so far. */
class Tally {
  private readonly statuses = new Map<number, number>();
  private readonly accepted: number[] = [];
  private readonly latenciesMs: number[] = [];
  private retryAfters = 0;
  private readonly begunAt = performance.now();
  private next = 0;

  constructor(private readonly load: Load) {}

  get isOver(): boolean {
    const { seconds, requests, again } = this.load;
    const isExhausted = !again && this.next >= requests.length;
    return isExhausted || performance.now() - this.begunAt > seconds * 1000;
  }

  /** Sends the next request and notes the reply. @param since when it was due */
  async send(connection: Connection, since: number): Promise<void> {
    const { requests } = this.load;
    const place = this.next++ % requests.length;
    const { status, hasRetryAfter } = await connection.send(requests[place]!);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === 503 && hasRetryAfter) this.retryAfters++;
    if (status !== 200) return;
    this.accepted.push(place);
    this.latenciesMs.push(performance.now() - since);
  }

  result(): Loaded {
    const { statuses, retryAfters } = this;
    return {
      seconds: (performance.now() - this.begunAt) / 1000,
      statuses,
      accepted: Uint32Array.from(this.accepted),
      latenciesMs: Float64Array.from(this.latenciesMs),
      retryAfters,
    };
  }
}

answerParent<Load, Loaded>(async (load) => {
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => Connection.open(load.port)),
  );
  try {
    const tally = new Tally(load);
    if (load.perSecond === undefined) await sendClosed(connections, tally);
    else await sendOpen(connections, tally, load.perSecond);
    return tally.result();
  } finally {
    for (const connection of connections) connection.close();
  }
});

async function sendClosed(connections: readonly Connection[], tally: Tally): Promise<void> {
  const sendAll = async (connection: Connection) => {
    while (!tally.isOver) await tally.send(connection, performance.now());
  };
  await Promise.all(connections.map(sendAll));
}

/**
 * A request is late only once a timer has said that it is due: a timer that is late itself is not the
 * server's fault. To wait for a free connection is.
 */
async function sendOpen(
  connections: readonly Connection[],
  tally: Tally,
  perSecond: number,
): Promise<void> {
  const idle = [...connections];
  const due: number[] = [];
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  const sendDue = async (connection: Connection) => {
    for (let since = due.shift(); since !== undefined; since = due.shift()) {
      await tally.send(connection, since);
    }
    idle.push(connection);
  };
  const begunAt = performance.now();
  for (let sent = 0; !tally.isOver && failure === undefined;) {
    const now = performance.now();
    for (; sent < ((now - begunAt) / 1000) * perSecond; sent++) {
      due.push(now);
      const connection = idle.pop();
      if (!connection) continue;
      const sending = sendDue(connection)
        .catch((error: unknown) => void (failure = error))
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  if (failure !== undefined) throw failure as Error;
}
