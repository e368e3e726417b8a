import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** The data of a tenant in the form of the API. */
export interface Tenant {
  users: Record<string, unknown>[];
  orgs: Record<string, unknown>[];
  members: Record<string, Record<string, unknown>[]>;
  invites: Record<string, unknown>[];
}

export interface Asked {
  path: string;
  page: number;
  pageSize: number;
  at: number;
}

/** The fault in place of a page: a status and headers, or no reply until the connection ends. */
export type Trouble =
  { status: number; headers?: Record<string, string>; body?: string } | 'silence';

/** A server with the replies of PropelAuth's backend API, for one tenant. */
export class PropelAuthServer {
  readonly asked: Asked[] = [];
  readonly hosts = new Set<unknown>();
  private readonly troubles: {
    about: (asked: Asked) => boolean;
    trouble: Trouble;
    times: number;
  }[] = [];
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );

  constructor(
    private readonly tenant: Tenant,
    private readonly key: string,
  ) {}

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Makes the first `times` matching requests fail. */
  upset(about: (asked: Asked) => boolean, trouble: Trouble, times = 1): void {
    this.troubles.push({ about, trouble, times });
  }

  /** Ends all faults. */
  calm(): void {
    this.troubles.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://localhost');
    const body = await textOf(request);
    const query = body === '' ? Object.fromEntries(url.searchParams) : (JSON.parse(body) as object);
    const { page_number: page = 0, page_size: pageSize = 10 } = query as Record<string, number>;
    const asked = {
      path: url.pathname.replace('/api/backend/v1', ''),
      page: Number(page),
      pageSize: Number(pageSize),
      at: performance.now(),
    };
    this.asked.push(asked);
    this.hosts.add(request.headers['x-propelauth-url']);
    const trouble = this.troubleWith(asked);
    if (trouble === 'silence') return;
    if (request.headers.authorization !== `Bearer ${this.key}`) return reply(response, 401, {});
    if (trouble) return reply(response, trouble.status, trouble.body ?? '', trouble.headers);
    const found = this.page(request.method!, asked);
    return found ? reply(response, 200, found) : reply(response, 404, {});
  }

  private troubleWith(asked: Asked): Trouble | undefined {
    const found = this.troubles.find(({ about, times }) => times > 0 && about(asked));
    if (found) found.times--;
    return found?.trouble;
  }

  private page(method: string, asked: Asked): object | undefined {
    const { users, orgs, members, invites } = this.tenant;
    const org = /^\/user\/org\/(.+)$/.exec(asked.path)?.[1];
    if (org !== undefined) return paged('users', members[org] ?? [], asked);
    switch (`${method} ${asked.path}`) {
      case 'GET /user/query':
        return paged('users', users, asked);
      case 'POST /org/query':
        return paged('orgs', orgs, asked);
      case 'GET /pending_org_invites':
        return paged('invites', invites, asked);
      default:
        return undefined;
    }
  }
}

function paged(name: string, all: readonly object[], { page, pageSize }: Asked): object {
  const size = Math.min(pageSize, 100);
  return {
    [name]: all.slice(page * size, (page + 1) * size),
    [`total_${name}`]: all.length,
    current_page: page,
    page_size: size,
    has_more_results: (page + 1) * size < all.length,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function reply(
  response: ServerResponse,
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
