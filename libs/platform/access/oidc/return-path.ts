/** Longer addresses would make the cookie of the sign-in too long. */
const MAX_CHARACTERS = 1_500;
const ANY_ORIGIN = 'http://insightd.invalid';
/** Spaces and control characters, which browsers drop or encode, and backslashes, which they read as slashes. */
const UNSAFE = /[\s\\\p{C}]/u;
/** Addresses that are not pages. */
const NOT_PAGES = /^\/(?:session|api|mcp|v1|webhooks)(?:[/?#]|$)/i;

/**
 * The path of a page to open after the sign-in, with its query and fragment. Every other text, such as an address of
 * another host in any notation, becomes `/`.
 */
export function returnPath(given: unknown): string {
  if (typeof given !== 'string' || given.length > MAX_CHARACTERS || UNSAFE.test(given)) return '/';
  if (!given.startsWith('/') || given.startsWith('//')) return '/';
  if (!URL.canParse(given, ANY_ORIGIN)) return '/';
  const url = new URL(given, ANY_ORIGIN);
  // Dots can be resolved to a path that begins with two slashes.
  if (url.origin !== ANY_ORIGIN || url.pathname.startsWith('//')) return '/';
  if (NOT_PAGES.test(url.pathname)) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
