/** The placeholder until a key is created. */
export const ANY_KEY = 'YOUR_KEY';

/** Sends a user, an organization and a day of activity. @param service address of this service */
export function sendCommand(service: string, key: string): string {
  return `curl -X POST '${service}/api/ingest/v1/events' \\
  -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '[
  {"id": "1", "type": "org.created",       "data": {"org_id": "acme", "name": "Acme Inc"}},
  {"id": "2", "type": "user.created",      "data": {"user_id": "ada", "email": "ada@acme.example"}},
  {"id": "3", "type": "user.added_to_org", "data": {"user_id": "ada", "org_id": "acme", "role": "Owner"}},
  {"id": "4", "type": "user.active",       "data": {"user_id": "ada"}}]'`;
}

/** Sets up a tracking library such as Segment's. */
export function trackCode(service: string, key: string): string {
  return `const analytics = new Analytics({ writeKey: '${key}', host: '${service}' });`;
}

/** Imports past data from files. */
export const IMPORT_COMMANDS = [
  'insightd import csv users users.csv',
  'insightd import csv orgs orgs.csv',
  'insightd import csv memberships memberships.csv',
  'insightd import csv activity activity.csv',
].join('\n');

export const KEY_COMMAND = "insightd keys create --name 'my app' --scopes ingest";

interface Webhook {
  /** The source's name, which is part of the address and the setting. */
  source: string;
  title: string;
  /** Where to paste the address. */
  where: string;
}

export const WEBHOOKS: readonly Webhook[] = [
  {
    source: 'propelauth',
    title: 'PropelAuth',
    where: 'In the PropelAuth dashboard, open Webhooks, add an endpoint, choose user.* and org.*.',
  },
  {
    source: 'clerk',
    title: 'Clerk',
    where:
      'In the Clerk dashboard, open Configure, Webhooks, Add Endpoint, choose user, organization, organizationMembership and session events.',
  },
  {
    source: 'workos',
    title: 'WorkOS',
    where:
      'In the WorkOS dashboard, open Webhooks, create one, choose user, organization, organization_membership, invitation, session and authentication events.',
  },
  {
    source: 'standard',
    title: 'Your own service',
    where: 'Sign native events as Standard Webhooks and post them to this address.',
  },
];

export const settingOf = ({ source }: Webhook): string => `${source.toUpperCase()}_WEBHOOK_SECRET`;
export const webhookAddress = (service: string, { source }: Webhook): string =>
  `${service}/webhooks/${source}`;
