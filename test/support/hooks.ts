import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** How a receiver answers a request. `drop` closes the connection without a reply, `hang` never replies. */
export type Answer = 200 | 302 | 410 | 500 | 'drop' | 'hang';

/** A request that arrived. */
interface Arrival {
  id: string;
  body: string;
  answer: Answer;
}

/** The message of a subscription, as far as tests read it. */
export interface HookMessage {
  type: string;
  timestamp: string;
  data: {
    subscription_id: string;
    from: { run_id: string; report_time: number } | null;
    to: { run_id: string; report_time: number } | null;
    counts: { entered: number; left: number };
    entered: HookRow[];
    left: HookRow[];
    rebased?: true;
    part?: { number: number; of: number };
  };
}

interface HookRow {
  user_id?: string;
  org_id?: string;
  rank: number | null;
  previous_rank: number | null;
}

/** A receiver of webhooks. */
export interface Hook {
  url: string;
  arrivals: Arrival[];
  /** Verifies every arrival. Set it before the first message is sent. */
  secret: string;
  answer: () => Answer | Promise<Answer>;
  /** Signatures that did not verify, and requests that are no webhook. */
  problems: string[];
  /** The messages answered with 200, in their order. */
  accepted: () => (HookMessage & { id: string; body: string })[];
}

export interface Hooks {
  /** Adds a receiver that answers 200. */
  open: (name: string) => Hook;
  close: () => Promise<void>;
}

/** Starts an HTTP server with any number of receivers. */
export async function startHooks(): Promise<Hooks> {
  const hooks = new Map<string, Hook>();
  const server = createServer((request, response) => {
    const hook = hooks.get(request.url!);
    if (hook) void receive(hook, request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    open: (name) => {
      const hook: Hook = {
        ...{ url: `http://127.0.0.1:${port}/${name}`, arrivals: [], secret: '', problems: [] },
        answer: () => 200,
        accepted: () => acceptedBy(hook),
      };
      hooks.set(`/${name}`, hook);
      return hook;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(hook: Hook, request: IncomingMessage, response: ServerResponse) {
  // The sender may have been killed in the middle of the body.
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return;
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
      name,
      String(request.headers[name]),
    ]),
  );
  try {
    new Webhook(hook.secret).verify(body, headers);
  } catch (error) {
    hook.problems.push(String(error));
  }
  const answer = await hook.answer();
  hook.arrivals.push({ id: headers['webhook-id']!, body, answer });
  if (answer === 'hang') return;
  if (answer === 'drop') response.destroy();
  else response.writeHead(answer, { Location: '/other' }).end();
}

function acceptedBy({ arrivals }: Hook) {
  return arrivals
    .filter(({ answer }) => answer === 200)
    .map(({ id, body }) => ({ ...(JSON.parse(body) as HookMessage), id, body }));
}
