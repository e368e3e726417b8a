import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

const METHODS = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND QUERY CONNECT FOO get'.split(
  ' ',
);
const PATHS = [
  '/',
  '/session',
  '/metrics',
  '/health/ready',
  '/openapi.json',
  '/docs',
  '/assets/x.js',
  '/v1/batch',
  '/v1/track',
  '/webhooks/standard',
  '/api/ingest/v1/events',
  '/api/backend/v1/user_report/champion',
  '/api/backend/v1/org_report/growth',
  '/api/backend/v1/chart_metrics/signups',
  '/api/backend/v1/user/x/signup_query_parameters',
  '/api/insights/v1/users/x',
  '/api/insights/v1/orgs/x',
  '/api/insights/v1/runs',
  '/api/insights/v1/reports/user/champion',
  '/api/insights/v1/reports/user/champion/csv',
  '/api/admin/v1/report_runs/x',
  '/api/admin/v1/dead_letters',
  '/api/admin/v1/dead_letters/replay',
  '/api/admin/v1/sources',
  '/api/admin/v1/sessions',
];
const ODD = [
  '%00',
  '%ff',
  '%',
  '..',
  '//',
  '%2e%2e',
  '?',
  '#',
  '\\',
  ';',
  ':',
  'é',
  '😀',
  'x'.repeat(9_000),
  "'",
  '%E2%80%A8',
  '__proto__',
  '-1',
  '1e9',
  '9'.repeat(40),
];
const QUERY =
  'page_size page_number report_interval interval run_id against limit before sender writeKey key_id cadence start_date end_date change q search order'.split(
    ' ',
  );
const TYPES = [
  'application/json',
  'text/plain',
  'application/x-ndjson',
  'multipart/form-data',
  '',
  'x',
  'application/json; charset=utf-16',
  'application/cloudevents+json',
];
const BODIES = [
  '',
  '{',
  '{}',
  '[]',
  'null',
  '[[[[',
  '{"key": 1}',
  '{"__proto__": {"a": 1}}',
  '[{"id": "a", "type": "user.active", "data": {"user_id": "\\u0000"}}]',
  '{"ids": ["1e5"]}',
  '{"as_of": "0000-00-00"}',
  '\u001f\u008b\u0008',
  '\ufeff{}',
  '{"batch": [{"type": "track", "event": {}, "userId": {}, "timestamp": "9999-12-31"}]}',
  '"'.repeat(5_000),
  '[1e999, -0, 1.5]',
];

/** Pseudo-random numbers from 0 to 1 (exclusive), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Generates malformed requests. */
export class RequestFuzzer {
  private readonly random: () => number;

  constructor(
    seed: number,
    private readonly key: string,
  ) {
    this.random = generator(seed);
  }

  /** The bytes of one to three requests for one connection. */
  next(): Buffer {
    const count = this.chance(0.2) ? 1 + Math.floor(this.random() * 3) : 1;
    return Buffer.concat(Array.from({ length: count }, () => this.request()));
  }

  private request(): Buffer {
    const version = this.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP']);
    const body = this.chance(0.5) ? Buffer.from(this.pick(BODIES)) : Buffer.alloc(0);
    const chunked = this.chance(0.15);
    const lines = [`${this.pick(METHODS)} ${this.path()} ${version}`, ...this.headers()];
    if (chunked) lines.push('Transfer-Encoding: chunked');
    if (!chunked || this.chance(0.1)) lines.push(`Content-Length: ${this.length(body)}`);
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
    if (!chunked) return Buffer.concat([head, body]);
    const size = this.chance(0.2) ? 'zz' : body.length.toString(16);
    return Buffer.concat([head, Buffer.from(`${size}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
  }

  private path(): string {
    let path = this.pick(PATHS);
    if (this.chance(0.3)) path = path.replace(/[^/]*$/, this.pick(ODD));
    if (this.chance(0.1)) path += this.pick(ODD);
    if (this.chance(0.1)) path = path.replaceAll('/', '//');
    if (this.chance(0.05)) path = `http://elsewhere.example${path}`;
    const values = Array.from({ length: Math.floor(this.random() * 4) }, () => {
      return `${this.pick(QUERY)}=${this.chance(0.5) ? this.pick(ODD) : this.pick(['1', '30', ''])}`;
    });
    return values.length > 0 ? `${path}?${values.join('&')}` : path;
  }

  private headers(): string[] {
    const encoded = Buffer.from(`${this.key}:`).toString('base64');
    const all = [
      ...[`Authorization: Bearer ${this.key}`, `Authorization: Basic ${encoded}`],
      ...[
        'Authorization: Bearer',
        `Authorization: Bearer ${'x'.repeat(5_000)}`,
        'Authorization: Basic %',
      ],
      ...[
        'Cookie: insightd_session=x; __Host-insightd=y',
        `Cookie: insightd_session=${'a'.repeat(43)}`,
      ],
      ...['Expect: 100-continue', 'Expect: something', 'Upgrade: websocket', 'Connection: upgrade'],
      ...[
        'Content-Encoding: gzip',
        'Content-Encoding: br',
        'Accept-Encoding: gzip',
        'Accept: text/html',
      ],
      ...[
        'X-Forwarded-For: ,,',
        'X-Forwarded-Host: a"b',
        'X-Forwarded-Prefix: /a/../b',
        'X-Forwarded-Proto: x',
      ],
      ...[
        'Range: bytes=0-1',
        'If-None-Match: *',
        'If-Modified-Since: x',
        'Origin: null',
        'Host: other',
      ],
      ...[
        'webhook-id: a',
        `webhook-timestamp: ${Math.floor(Date.now() / 1000)}`,
        'webhook-signature: v1,',
      ],
      ...[
        'X-Insightd: 1',
        'Transfer-Encoding: identity',
        'ce-id: 1',
        `X-Long: ${'y'.repeat(9_000)}`,
      ],
    ];
    const some = Array.from({ length: Math.floor(this.random() * 6) }, () => this.pick(all));
    if (this.chance(0.6)) some.push(all[0]!);
    if (this.chance(0.7)) some.push(`Content-Type: ${this.pick(TYPES)}`);
    return this.chance(0.95) ? ['Host: localhost', ...some] : some;
  }

  private length(body: Buffer): string {
    if (this.chance(0.9)) return String(body.length);
    return this.pick([
      '-1',
      'x',
      '1e3',
      '99999999999999999999',
      String(body.length + 5),
      '17000000',
    ]);
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)]!;
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }
}

/** The outcome of the bytes of one connection. */
export interface Answered {
  statuses: number[];
  ms: number;
}

/** Sends bytes, ends its side, and waits until the other side has closed the connection. */
export function sendBytes(origin: string, bytes: Buffer): Promise<Answered> {
  const { hostname, port } = new URL(origin);
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const text = Buffer.concat(parts).toString('latin1');
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]));
      resolve({ statuses, ms: performance.now() - startedAt });
    });
  });
}
