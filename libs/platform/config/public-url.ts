/** First path segments of insightd's own routes: as the prefix, one of these could not be recognized and removed. */
const TAKEN = new Set(
  'api docs v1 webhooks assets session metrics health openapi.json openapi mcp unsubscribe'.split(
    ' ',
  ),
);
const PATH = /^(?:\/[\w~-][\w.~-]*)*\/?$/;

/** The problem with a public URL, as the end of a sentence; undefined when the URL is valid. */
export function publicUrlProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(value)) {
    return 'must be an address that begins with https:// or http://';
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return 'must be an address without a user, a query or a fragment';
  }
  if (!PATH.test(url.pathname)) {
    return 'must have a path of letters, digits, "-", "_", "." and "~" only';
  }
  const first = url.pathname.split('/')[1]!;
  return TAKEN.has(first) ? `must not have a path that begins with /${first}` : undefined;
}

/** Parses a valid public URL; its path ends with a slash. */
export function readPublicUrl(value: string): URL {
  const url = new URL(value);
  url.pathname = basePath(url.pathname) ?? '/';
  return url;
}

/** A path prefix with a slash at both ends; undefined when the path cannot be one. */
export function basePath(path: string): string | undefined {
  if (!PATH.test(path) || TAKEN.has(path.split('/')[1] ?? '')) return undefined;
  return path === '' || path.endsWith('/') ? path || '/' : `${path}/`;
}
