import { type Api, type IngestReply } from './api.js';

export const LETTERS_PATH = '/api/admin/v1/dead_letters';

/** A rejected event as an operator sees it. */
export interface Letter {
  id: string;
  source: string;
  sender: string;
  sender_kind: string;
  event_id: string | null;
  type: string | null;
  errors: Record<string, string[]>;
  attempts: number;
  received_at: number;
  last_at: number;
  /** The text of the event as received; null when it was erased. */
  body: string | null;
}

/** Every letter, page after page, in the order of the listing. */
export async function letters(api: Api, pageSize = 100): Promise<Letter[]> {
  const all: Letter[] = [];
  for (;;) {
    const before = all.length === 0 ? '' : `&before=${all.at(-1)!.id}`;
    const path = `${LETTERS_PATH}?limit=${pageSize}${before}`;
    const { status, body } = await api.get<{ dead_letters: Letter[] }>(path);
    if (status !== 200) throw new Error(`no letters: ${status} ${JSON.stringify(body)}`);
    all.push(...body.dead_letters);
    if (body.dead_letters.length < pageSize) return all;
  }
}

export async function replay(api: Api, ids?: string[]): Promise<IngestReply> {
  const path = `${LETTERS_PATH}/replay`;
  const { status, body } = await api.post<IngestReply>(path, ids === undefined ? {} : { ids });
  if (status !== 200 && status !== 400)
    throw new Error(`no replay: ${status} ${JSON.stringify(body)}`);
  return body;
}
