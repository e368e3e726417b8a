import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const API = 'https://propelauth-api.com';
const PRELOAD = new URL('../redirect-preload.mjs', import.meta.url);

type Answer = { status: number; body?: object };

/** PropelAuth's API for single users and orgs. */
export interface FakePropelAuth {
  /** The replies by id, one per request, the last one repeated; 404 for other ids. */
  answers: Map<string, Answer[]>;
  /** The requested ids. */
  asked: string[];
  /** Settings of a service that uses this API. */
  settings: Record<string, string>;
  close: () => void;
}

export async function startFakePropelAuth(): Promise<FakePropelAuth> {
  const answers = new Map<string, Answer[]>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const id = /\/api\/backend\/v1\/(?:user|org)\/([\w-]+)/.exec(request.url ?? '')?.[1] ?? '';
    asked.push(id);
    const isAllowed = request.headers.authorization === 'Bearer right-key';
    const left = answers.get(id) ?? [{ status: 404 }];
    const answer = left.length > 1 ? left.shift()! : left[0]!;
    response.statusCode = isAllowed ? answer.status : 401;
    response.end(JSON.stringify(answer.body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = {
    PROPELAUTH_API_KEY: 'right-key',
    PROPELAUTH_AUTH_URL: 'https://auth.example.com',
    NODE_OPTIONS: `--import=${PRELOAD.href}`,
    ...{ REDIRECT_FROM: API, REDIRECT_TO: `http://127.0.0.1:${port}` },
  };
  return { answers, asked, settings, close: () => server.close() };
}

/** A user in the form of the API. */
export function propelauthUser(user_id: string, over: object = {}): Answer {
  const names = { email: `${user_id}@example.com`, first_name: 'Ada', last_name: null };
  const times = { created_at: 1_700_000_000, last_active_at: 1_700_000_000 };
  return { status: 200, body: { user_id, ...names, ...times, enabled: true, ...over } };
}
