import { createHmac } from 'node:crypto';
import type { Signed } from '../webhooks.js';

let made = 0;

/** Messages of WorkOS by its published types, without the fields that no source reads. */
export function workosMessage(event: string, data: object, at: number, id?: string): object {
  const created_at = new Date(at).toISOString();
  return { id: id ?? `event_${(made += 1)}`, event, data, created_at, context: {} };
}

/** Signs by `WorkOS-Signature`; `at` in ms. */
export function signWorkos(secret: string, body: unknown, at = Date.now()): Signed {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = createHmac('sha256', secret).update(`${at}.${text}`).digest('hex');
  const headers = { 'WorkOS-Signature': `t=${at}, v1=${signature}` };
  return { source: 'workos', body: text, headers };
}

const CREATED = '2026-01-01T00:00:00.000Z';

export function workosUser(id: string, over: object = {}): object {
  const names = { first_name: 'Ada', last_name: null };
  const times = { created_at: CREATED, updated_at: CREATED, last_sign_in_at: null };
  return { object: 'user', id, email: `${id}@example.com`, ...names, ...times, ...over };
}

export function workosOrg(id: string, over: object = {}): object {
  return { object: 'organization', id, name: `Org ${id}`, created_at: CREATED, ...over };
}

export function workosMembership(user_id: string, organization_id: string, over: object = {}) {
  const base = { object: 'organization_membership', id: 'om_1', status: 'active' };
  return { ...base, user_id, organization_id, role: { slug: 'member' }, ...over };
}

export function workosInvitation(inviter_user_id: string | null, email: string, over: object = {}) {
  const base = { object: 'invitation', id: 'invitation_1', state: 'pending', email };
  return { ...base, organization_id: 'org_1', inviter_user_id, ...over };
}
