/** Messages of Clerk by its published types, without the fields that no source reads. */
export function clerkMessage(type: string, data: object, at: number): object {
  const event_attributes = { http_request: { client_ip: '', user_agent: '' } };
  return { data, event_attributes, instance_id: 'ins_1', object: 'event', timestamp: at, type };
}

export function clerkUser(id: string, over: object = {}): object {
  return {
    ...{ id, object: 'user', username: null, first_name: 'Ada', last_name: 'Byron' },
    primary_email_address_id: 'idn_2',
    email_addresses: [
      { id: 'idn_1', object: 'email_address', email_address: `old.${id}@example.com` },
      { id: 'idn_2', object: 'email_address', email_address: `${id}@example.com` },
    ],
    ...{ created_at: Date.UTC(2026, 0, 1), updated_at: Date.UTC(2026, 0, 2), banned: false },
    ...over,
  };
}

export function clerkOrg(id: string, over: object = {}): object {
  const created_at = Date.UTC(2026, 0, 1);
  return { id, object: 'organization', name: `Org ${id}`, slug: id, created_at, ...over };
}

export function clerkMembership(userId: string, orgId: string, role = 'org:member'): object {
  const public_user_data = { user_id: userId, identifier: `${userId}@example.com` };
  const base = { id: 'orgmem_1', object: 'organization_membership', role };
  return { ...base, organization: clerkOrg(orgId), public_user_data };
}

export function clerkSession(userId: string, over: object = {}): object {
  const base = { id: 'sess_1', object: 'session', client_id: 'client_1', status: 'active' };
  return { ...base, user_id: userId, actor: null, ...over };
}
