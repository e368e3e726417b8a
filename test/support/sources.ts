import type { Api } from './api.js';

/** A source as `GET /api/admin/v1/sources` returns it. */
export interface Source {
  source: string;
  kind: string;
  configured: boolean;
  last_event_at: number | null;
  last_day: { type: string; outcome: string; reason?: string; count: number }[];
  dropped_traits: { reason: string; count: number }[];
  dead_letters: { reason: string; count: number }[];
}

export async function sources(api: Api): Promise<Source[]> {
  const { status, body } = await api.get<{ sources: Source[] }>('/api/admin/v1/sources');
  if (status !== 200) throw new Error(`no sources: ${status} ${JSON.stringify(body)}`);
  return body.sources;
}

/** The counts of a type from a source in the last day, by outcome. */
export async function countsOf(
  api: Api,
  source: string,
  kind = 'api',
): Promise<Record<string, number>> {
  const found = (await sources(api)).find((one) => one.source === source && one.kind === kind);
  return Object.fromEntries(
    (found?.last_day ?? []).map(({ type, outcome, count }) => [`${type} ${outcome}`, count]),
  );
}
