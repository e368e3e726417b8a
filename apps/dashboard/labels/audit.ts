import type { AuditAction, AuditActor, AuditDetails } from '#libs/contracts';

/** Every action, in the order of the choice. */
const ACTIONS: Record<AuditAction, true> = {
  'session.started': true,
  'session.refused': true,
  'session.ended': true,
  'sessions.ended': true,
  'key.refused': true,
  'key.created': true,
  'key.revoked': true,
  'exclusions.changed': true,
  'segment.created': true,
  'segment.changed': true,
  'segment.removed': true,
  'subscription.created': true,
  'subscription.changed': true,
  'subscription.removed': true,
  'subscription.tested': true,
  'subscription.replayed': true,
  'subscription.secret_rotated': true,
  'run.requested': true,
  'run.withdrawn': true,
  'person.exported': true,
  'store.exported': true,
  'dead_letters.exported': true,
  'dead_letters.replayed': true,
  'data.erased': true,
  'data.imported': true,
};

export const AUDIT_ACTIONS = Object.keys(ACTIONS) as AuditAction[];

/** "key created", "dead letters replayed". */
export const actionName = (action: string): string => action.replace(/[._]/g, ' ');

const ACTORS: Record<AuditActor['kind'], string> = {
  key: 'with a key',
  session: 'signed in with a key',
  person: 'signed in',
  cli: 'on the command line',
  system: 'by itself',
};

/** Who acted, and how. */
export const actorName = ({ kind, name }: AuditActor): [who: string, how: string] => [
  name ?? { cli: 'An administrator', system: 'insightd' }[kind as string] ?? 'Unknown',
  ACTORS[kind],
];

/** "scopes: read, admin; name: my app". */
export const detailsText = (details: AuditDetails): string =>
  Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${actionName(name)}: ${[value].flat().join(', ')}`)
    .join('; ');
