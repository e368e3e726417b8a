import pg from 'pg';
import { waitFor, type Api, type IngestReply } from './api.js';
import { ask } from './database.js';

/** A replay ends after two seconds. */
const LONGER_THAN_A_REPLAY_MS = 2_500;

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

export interface LettersPage {
  dead_letters: Letter[];
  next_before: string | null;
}

/** All letters, page after page, in the order of the list. */
export async function letters(api: Api, pageSize = 100): Promise<Letter[]> {
  const all: Letter[] = [];
  for (let before = ''; ;) {
    const { status, body } = await api.get<LettersPage>(
      `${LETTERS_PATH}?limit=${pageSize}${before}`,
    );
    if (status !== 200) throw new Error(`no letters: ${status} ${JSON.stringify(body)}`);
    all.push(...body.dead_letters);
    if (body.next_before === null) return all;
    before = `&before=${body.next_before}`;
  }
}

export interface ReplayReply extends IngestReply {
  remaining: number;
  cursor: string | null;
}

/** Sends one request for a replay. */
export async function replayOnce(
  api: Api,
  request: { ids?: string[]; cursor?: string } = {},
): Promise<ReplayReply> {
  const { status, body } = await api.post<ReplayReply>(`${LETTERS_PATH}/replay`, request);
  if (status !== 200) throw new Error(`no replay: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Replays letters, all by default, until none remain. @returns the sum of the replies */
export async function replay(api: Api, ids?: string[]): Promise<IngestReply> {
  const total: IngestReply = { accepted: 0, rejected: [] };
  for (let cursor: string | null | undefined; cursor !== null;) {
    const reply = await replayOnce(api, { ...(ids && { ids }), ...(cursor && { cursor }) });
    total.accepted += reply.accepted;
    total.rejected.push(...reply.rejected);
    cursor = reply.cursor;
  }
  return total;
}

/** Stores letters of 1 MiB each, which are not JSON. */
export async function insertLargeLetters(databaseUrl: string, count: number): Promise<void> {
  const insert = `
    insert into dead_letters
      (source, digest, event_id, errors, body, received_at, last_at, sender_kind, sender)
    select 'large', int4send(n), n, '{}', convert_to(repeat(E'\\x01', 1048576), 'UTF8'),
      now(), now(), 'api', 'default'
    from generate_series(1, $1::int) n`;
  await ask(databaseUrl, insert, [count]);
}

/** Stores letters with usable events of users, numbered from `first` to `last`. */
export async function insertUsableLetters(
  databaseUrl: string,
  first: number,
  last: number,
): Promise<void> {
  const insert = `
    insert into dead_letters
      (source, digest, event_id, event_type, errors, body, received_at, last_at, sender_kind, sender)
    select 'app', int4send(n), 'usable-' || n, 'user.created', '{}',
      convert_to(json_build_object('id', 'usable-' || n, 'type', 'user.created',
        'data', json_build_object('user_id', 'usable-' || n))::text, 'UTF8'),
      now(), now(), 'api', 'default'
    from generate_series($1::int, $2::int) n`;
  await ask(databaseUrl, insert, [first, last]);
}

/** Locks the letter of an event until its replay takes longer than a request may, and then releases it. */
export async function delayReplay(
  databaseUrl: string,
  eventId: string,
): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query('select from dead_letters where event_id = $1 for update', [eventId]);
  const lockedAt = Date.now();
  return {
    release: async () => {
      await waitFor(() => Date.now() > lockedAt + LONGER_THAN_A_REPLAY_MS);
      await client.end();
    },
  };
}
