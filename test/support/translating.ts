import { checkEvent } from '#libs/contracts';
import { Sources } from '#libs/ingest';

/** The time in the signature of every message of these tests: 2026-01-31T12:00:00Z. */
export const SENT_AT = Date.UTC(2026, 0, 31, 12);
export const SENT = new Date(SENT_AT).toISOString();

const sources = await Sources.load();

/** The translation of a message by a source: its events, which must all be valid, or the reason for none. */
export function translated(name: string, body: unknown): unknown {
  const translation = sources.get(name)!.translate({ id: 'msg_1', at: SENT_AT, body });
  if (translation === 'unused' || !('events' in translation)) return translation;
  if (translation.fetches) return { fetches: translation.fetches };
  const context = { now: SENT_AT, receivedAt: SENT_AT, defaultSource: name };
  return translation.events.map((event) => {
    const checked = checkEvent({ id: 'msg_1', ...(event as object) }, context);
    if ('errors' in checked) return checked;
    const { type, at, data } = checked.event;
    return { type, time: new Date(at).toISOString(), ...defined(data) };
  });
}

function defined(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
