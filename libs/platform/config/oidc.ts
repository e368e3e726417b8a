import { z } from 'zod';
import { listEntry } from './people-list.js';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether the host of a URL is this machine. */
export function isLoopbackHost({ hostname }: URL): boolean {
  return LOOPBACK_HOST.test(hostname);
}

const issuer = z.string().superRefine((value, context) => {
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || (url.protocol === 'http:' && !isLoopbackHost(url))) {
    context.addIssue('must be an address that begins with https:// (http:// only on this machine)');
  } else if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    context.addIssue('must be an address without a user, a query or a fragment');
  }
});

/** Addresses and domains in lower case. */
const people = z.string().transform((text, context) => {
  const entries = text.split(',').map((entry) => listEntry(entry.trim()));
  const known = entries.filter((entry) => entry !== undefined);
  if (known.length === entries.length) return [...new Set(known)];
  context.addIssue(
    'must be a comma-separated list of e-mail addresses and domains, such as ann@example.com, @example.org',
  );
  return z.NEVER;
});

const text = z.string().min(1, 'must not be empty');

/** The settings of OpenID Connect. */
export const oidcSettings = {
  OIDC_ISSUER: issuer.optional(),
  OIDC_CLIENT_ID: text.optional(),
  OIDC_CLIENT_SECRET: text.optional(),
  OIDC_ALLOWED: people.default([]),
  OIDC_ADMINS: people.default([]),
  OIDC_LABEL: text.max(60, 'must have at most 60 characters').optional(),
};

type Given = z.output<z.ZodObject<typeof oidcSettings>> & { PUBLIC_URL?: string | undefined };

/** The problems of the combination: pairs of a setting and the rest of a sentence about it. */
export function oidcProblems(given: Given): [string, string][] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ALLOWED, OIDC_ADMINS } = given;
  if (OIDC_ISSUER === undefined) {
    const others = Object.entries({ OIDC_CLIENT_ID, OIDC_CLIENT_SECRET });
    const strays = others.filter(([, value]) => value !== undefined).map(([name]) => name);
    if (OIDC_ALLOWED.length > 0) strays.push('OIDC_ALLOWED');
    if (OIDC_ADMINS.length > 0) strays.push('OIDC_ADMINS');
    return strays.map((name) => [name, 'requires OIDC_ISSUER as well']);
  }
  const problems: [string, string][] = [];
  if (OIDC_CLIENT_ID === undefined) problems.push(['OIDC_ISSUER', 'requires OIDC_CLIENT_ID']);
  if (OIDC_CLIENT_SECRET === undefined)
    problems.push(['OIDC_ISSUER', 'requires OIDC_CLIENT_SECRET']);
  if (given.PUBLIC_URL === undefined)
    problems.push([
      'OIDC_ISSUER',
      'requires PUBLIC_URL, the address that users open: the provider sends them back to it',
    ]);
  if (OIDC_ALLOWED.length + OIDC_ADMINS.length === 0)
    problems.push([
      'OIDC_ISSUER',
      'requires OIDC_ALLOWED or OIDC_ADMINS, the addresses or @domains that may sign in',
    ]);
  return problems;
}
