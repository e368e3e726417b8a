import { setTimeout as delay } from 'node:timers/promises';

export interface Reply<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

/** The members of `GET /api/admin/v1/report_runs/<id>` that the tests use. */
export interface RunState {
  run_id: string;
  state: 'queued' | 'running' | 'completed' | 'failed' | 'withdrawn';
  report_time: number;
  attempts: number;
  row_counts: Record<string, number> | null;
  error: string | null;
}

export interface IngestReply {
  accepted: number;
  rejected: { index: number; id: string | null; errors: Record<string, string[]> }[];
}

export interface Page {
  user_reports?: Record<string, unknown>[];
  org_reports?: Record<string, unknown>[];
  current_page: number;
  total_count: number;
  page_size: number;
  has_more_results: boolean;
  report_time: number;
}

export type Subject = 'user' | 'org';

/** A running service, used over HTTP. */
export class Api {
  constructor(
    readonly origin: string,
    readonly key: string,
  ) {}

  async get<T = unknown>(path: string, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return reply(
      await fetch(this.origin + path, { headers: { ...this.authorization, ...headers } }),
    );
  }

  post<T = unknown>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    return this.withBody('POST', path, body, headers);
  }

  put<T = unknown>(path: string, body: unknown): Promise<Reply<T>> {
    return this.withBody('PUT', path, body, {});
  }

  private async withBody<T>(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Reply<T>> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.origin + path, {
      method,
      headers: { ...this.authorization, 'Content-Type': 'application/json', ...headers },
      body: raw ? (body as string) : JSON.stringify(body),
    });
    return reply(response);
  }

  /** Any request, without a body. */
  async send(method: string, path: string): Promise<Reply> {
    return reply(await fetch(this.origin + path, { method, headers: this.authorization }));
  }

  /** Sends events and expects every one to be accepted. */
  async ingest(events: readonly object[]): Promise<void> {
    const { status, body } = await this.post<IngestReply>('/api/ingest/v1/events', events);
    if (status !== 200 || body.rejected.length > 0 || body.accepted !== events.length) {
      throw new Error(`events were not accepted: ${status} ${JSON.stringify(body)}`);
    }
  }

  /** Requests a report run of now or as of a past day. @returns its id */
  async requestRun(asOf?: string): Promise<string> {
    const { status, body } = await this.post<{ run_id: string }>(
      '/api/admin/v1/report_runs',
      asOf === undefined ? {} : { as_of: asOf },
    );
    if (status !== 202) throw new Error(`no run: ${status} ${JSON.stringify(body)}`);
    return body.run_id;
  }

  /** Makes a report run, as of a past day or of now, and waits until it is completed. */
  async run(asOf?: string): Promise<RunState> {
    return this.runCompleted(await this.requestRun(asOf));
  }

  async runCompleted(runId: string): Promise<RunState> {
    const run = await this.runEnded(runId);
    if (run.state !== 'completed') throw new Error(`the run ended as ${run.state}: ${run.error}`);
    return run;
  }

  async runEnded(runId: string, withinMs = 60_000): Promise<RunState> {
    return waitFor(async () => {
      const { body } = await this.get<RunState>(`/api/admin/v1/report_runs/${runId}`);
      return body.state === 'completed' || body.state === 'failed' ? body : undefined;
    }, withinMs);
  }

  page(subject: Subject, report: string, query: string): Promise<Reply<Page>> {
    return this.get<Page>(`/api/backend/v1/${subject}_report/${report}?${query}`);
  }

  /** A whole ranking, page after page, and its total count. */
  async ranking(
    subject: Subject,
    report: string,
    interval: string,
    { runId, pageSize = 100 }: { runId?: string; pageSize?: number } = {},
  ): Promise<{ total_count: number; report_time: number; rows: Record<string, unknown>[] }> {
    const rows: Record<string, unknown>[] = [];
    for (let pageNumber = 0; ; pageNumber++) {
      const pin = runId === undefined ? '' : `&run_id=${runId}`;
      const query = `report_interval=${interval}&page_size=${pageSize}&page_number=${pageNumber}${pin}`;
      const { status, body } = await this.page(subject, report, query);
      if (status !== 200)
        throw new Error(`${subject} ${report}: ${status} ${JSON.stringify(body)}`);
      rows.push(...(body[`${subject}_reports`] ?? []));
      const { total_count, report_time, has_more_results } = body;
      if (!has_more_results) return { total_count, report_time, rows };
    }
  }

  private get authorization(): Record<string, string> {
    return { Authorization: `Bearer ${this.key}` };
  }
}

async function reply<T>(response: Response): Promise<Reply<T>> {
  const text = await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as T,
  };
}

/** Most waits end soon; a long one must not keep a core busy with looking. */
const LOOK_EVERY_MS = { first: 50, most: 200 };

/** Waits until `look` returns a value other than undefined and false. @throws Error after `withinMs` */
export async function waitFor<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (let everyMs = LOOK_EVERY_MS.first; ; everyMs = Math.min(everyMs * 1.2, LOOK_EVERY_MS.most)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`no result within ${withinMs} ms: ${String(look)}`);
    await delay(everyMs);
  }
}
