import type { WireEvent } from '../events.js';

type Data = Record<string, unknown>;

export interface Identity {
  id?: string;
  source?: string;
}

let told = 0;

/** `2026-03-01` is noon of that day; `2026-03-01 23:59:59.5` a moment of it. */
function moment(when: string): string {
  const [day, time = '12:00'] = when.split(' ');
  return new Date(`${day}T${time}Z`).toISOString();
}

/** The unix second of a moment in the short form. */
export function second(when: string): number {
  return Date.parse(moment(when)) / 1000;
}

/** One event; pass an identity where it matters, else each call gets an id of its own. */
export function tell(
  type: string,
  when: string,
  data: Data,
  { id = `event-${(told += 1)}`, source = 'app' }: Identity = {},
): WireEvent {
  return { id, source, type, time: moment(when), data };
}

export function userCreated(user_id: string, when: string, data: Data = {}): WireEvent {
  return tell('user.created', when, { user_id, email: `${user_id}@example.com`, ...data });
}

export function orgCreated(org_id: string, when: string, data: Data = {}): WireEvent {
  return tell('org.created', when, { org_id, name: `The ${org_id}`, ...data });
}

/** The user was active on each of the days (or at each of the moments). */
export function active(user_id: string, ...whens: string[]): WireEvent[] {
  return whens.map((when) => tell('user.active', when, { user_id }));
}

export function added(user_id: string, org_id: string, when: string, role?: string): WireEvent {
  return tell('user.added_to_org', when, { user_id, org_id, ...(role && { role }) });
}

export function removed(user_id: string, org_id: string, when: string): WireEvent {
  return tell('user.removed_from_org', when, { user_id, org_id });
}

export function roleChanged(
  user_id: string,
  org_id: string,
  when: string,
  role: string,
): WireEvent {
  return tell('user.role_changed_within_org', when, { user_id, org_id, role });
}

export function invited(inviter_user_id: string, invitee_email: string, when: string): WireEvent {
  return tell('user.invited_to_org', when, { inviter_user_id, invitee_email });
}

export function deleted(subject: 'user' | 'org', id: string, when: string): WireEvent {
  return tell(`${subject}.deleted`, when, { [`${subject}_id`]: id });
}
