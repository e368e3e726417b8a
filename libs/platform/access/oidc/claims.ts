import { comparableAddress } from '../../config/people-list.js';

/** The claims about a person in an ID token or in the reply of the user-info endpoint. */
export interface Claims {
  readonly [claim: string]: unknown;
}

/** `unverified` also when the provider does not say that it has verified the address. */
export type Identity =
  { email: string; name: string | null } | { problem: 'no address' | 'unverified'; email?: string };

const MAX_NAME = 100;
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The verified address of a person, in lower case, and the name. */
export function identityOf({ email, email_verified: verified, name }: Claims): Identity {
  const address = typeof email === 'string' ? comparableAddress(email) : undefined;
  if (address === undefined) return { problem: 'no address' };
  if (verified !== true) return { problem: 'unverified', email: address };
  return { email: address, name: nameOf(name) };
}

function nameOf(given: unknown): string | null {
  if (typeof given !== 'string') return null;
  const characters = [...given.replaceAll(INVISIBLE, '').trim()];
  return characters.length > 0 ? characters.slice(0, MAX_NAME).join('') : null;
}
