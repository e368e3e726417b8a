import { outside } from '../routing/base.js';
import { followClock } from '../labels/clock.js';

/** Why a request failed. `wrong`: the parameters of the address are not valid. */
export type FailureKind = 'signed-out' | 'away' | 'missing' | 'wrong' | 'refused';

export class Failure extends Error {
  /** @param message the service's message, for the user */
  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }
}

const signedOutListeners = new Set<() => void>();

/** Calls `listener` when a reply says that the session has ended. @returns a function that removes the listener */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** Reads a path of the API. @throws Failure */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { signal })).json() as Promise<T>;
}

/** Sends a change to the API, with a header that a form of another site cannot send. @throws Failure */
export async function send(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<Response> {
  const headers = { 'X-Insightd': '1', 'Content-Type': 'application/json' };
  return ask(path, { method, headers, body: body && JSON.stringify(body) });
}

async function ask(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(outside(path), { credentials: 'same-origin', ...options });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new Failure('away', 'The service does not answer.');
  }
  followClock(response.headers.get('date'));
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (failure.kind === 'signed-out') for (const listen of signedOutListeners) listen();
  throw failure;
}

const KINDS = new Map<number, FailureKind>([
  [400, 'wrong'],
  [401, 'signed-out'],
  [404, 'missing'],
]);

async function failureOf(response: Response): Promise<Failure> {
  const kind = KINDS.get(response.status) ?? (response.status >= 500 ? 'away' : 'refused');
  const text = await response.text().catch(() => '');
  return new Failure(kind, messageIn(text, response) ?? `The service answered ${response.status}.`);
}

/** Problem documents have the message in `detail`, compatible endpoints by field; a few replies are plain text. */
function messageIn(text: string, response: Response): string | undefined {
  if (!/[/+]json/.test(response.headers.get('content-type') ?? '')) return text || undefined;
  try {
    const body = JSON.parse(text) as { detail?: unknown };
    return typeof body.detail === 'string' ? body.detail : reasonsIn(body);
  } catch {
    return undefined;
  }
}

/** The messages of a reply of the compatible API, by field: `{"start_date": ["must not be after …"]}`. */
function reasonsIn(body: object): string | undefined {
  const reasons = Object.entries(body).flatMap(([field, messages]) =>
    Array.isArray(messages) ? [`${field} ${messages.join(', ')}`] : [],
  );
  return reasons.length > 0 ? `${reasons.join('; ')}.` : undefined;
}
