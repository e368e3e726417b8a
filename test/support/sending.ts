import type { Api, IngestReply, Reply } from './api.js';

export const EVENTS_PATH = '/api/ingest/v1/events';

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  errors?: Record<string, string[]>;
}

type Data = Record<string, unknown>;

/** Valid data for each event type, without optional fields. */
export const LEAST_DATA: Record<string, Data> = {
  'user.created': { user_id: 'u', email: 'u@example.com' },
  'user.updated': { user_id: 'u' },
  'user.deleted': { user_id: 'deleted-user' },
  'user.active': { user_id: 'u' },
  'org.created': { org_id: 'o', name: 'O' },
  'org.updated': { org_id: 'o' },
  'org.deleted': { org_id: 'deleted-org' },
  'user.added_to_org': { user_id: 'u', org_id: 'o' },
  'user.removed_from_org': { user_id: 'u', org_id: 'o' },
  'user.role_changed_within_org': { user_id: 'u', org_id: 'o', role: 'Admin' },
  'user.invited_to_org': { inviter_user_id: 'u', invitee_email: 'i@example.com' },
};

let made = 0;

/** A valid event of the type with a new id; `data` overrides the minimal data. */
export function anEvent(type: string, data: Data = {}, attributes: Data = {}): Data {
  return { id: `made-${(made += 1)}`, type, data: { ...LEAST_DATA[type], ...data }, ...attributes };
}

/** Sends a body to the native endpoint without checking the reply. */
export function send(
  api: Api,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<IngestReply>> {
  return api.post<IngestReply>(EVENTS_PATH, body, headers);
}

/** Sends one event that must be rejected. @returns the names of the wrong fields */
export async function wrongFields(api: Api, event: unknown): Promise<string[]> {
  const { status, body } = await send(api, [event]);
  if (status !== 400 || body.accepted !== 0 || body.rejected.length !== 1)
    throw new Error(`the event was not rejected: ${status} ${JSON.stringify(body)}`);
  return Object.keys(body.rejected[0]!.errors);
}

/** The user's signup parameters from the compatible endpoint. */
export function signupParameters(
  api: Api,
  userId: string,
): Promise<Reply<{ user_signup_query_parameters: Record<string, string> }>> {
  return api.get(`/api/backend/v1/user/${encodeURIComponent(userId)}/signup_query_parameters`);
}

/** The members of a problem document (RFC 9457). @throws Error when the reply is not one */
export function problem(reply: Reply): Problem {
  const type = reply.headers.get('content-type') ?? 'none';
  if (!type.startsWith('application/problem+json')) throw new Error(`the content type is ${type}`);
  return reply.body as Problem;
}
