import { answerParent } from './child.js';
import { Connection } from './connection.js';

/** Requests and how to send them. */
export interface Load {
  port: number;
  /** Complete requests, sent in this order. */
  requests: readonly Uint8Array[];
  connections: number;
  /** How long new requests are sent. */
  seconds: number;
  /** Whether to start again with the first request after the last. */
  again?: boolean;
  /**
   * The number of requests per second, independent of the replies. If undefined, each connection sends its next
   * request when the previous one is answered.
   */
  perSecond?: number;
}

export interface Loaded {
  /** From the first request to the last reply. */
  seconds: number;
  /** Status → number of replies. */
  statuses: Map<number, number>;
  /** For each request answered with 200: its index and its latency. */
  accepted: Uint32Array;
  latenciesMs: Float64Array;
  /** The number of 503 replies with a `Retry-After` header. */
  retryAfters: number;
}

/** The results of a load so far. */
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

  /** Sends the next request and records the reply. @param since the time at which it was due */
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
 * The latency of a request begins when the timer fires: a late timer does not count, but waiting for a free
 * connection does.
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
