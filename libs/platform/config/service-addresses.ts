const ENCODE =
  'write # / ? @ : % and spaces of a user name or password as %23 %2F %3F %40 %3A %25 and %20';

/**
 * What is wrong with an address that holds a user name and a password, as the end of a sentence about the
 * setting; undefined when nothing is. Quotes nothing of the address.
 */
export function addressProblem(
  value: string,
  schemes: readonly string[],
  example: string,
): string | undefined {
  const begin = schemes.map((scheme) => `${scheme}://`).join(' or ');
  if (!schemes.some((scheme) => value.startsWith(`${scheme}://`))) {
    return `must be an address that begins with ${begin}`;
  }
  const address = parse(value);
  if (address === undefined || !isDecodable(address)) {
    return `must be an address such as ${example}; ${ENCODE}`;
  }
  // What stands behind an unencoded sign of a password is read as a path, a query or a fragment.
  if (address.hash !== '' || `${address.pathname}${address.search}`.includes('@')) {
    return `has a sign in its user name or password that ends it too early; ${ENCODE}`;
  }
  return undefined;
}

/** Whether an address names a parameter behind its question mark. */
export function hasParameter(value: string, name: string): boolean {
  return parse(value)?.searchParams.has(name) ?? false;
}

/**
 * An address as the URL of a web browser: one with a user but without a host, as sockets have
 * (`postgresql://user@/database?host=/run/postgresql`), gets `localhost`, which its parameter `host` overrides.
 */
export function withHost(value: string): string {
  return URL.canParse(value) ? value : value.replace('@/', '@localhost/');
}

function parse(value: string): URL | undefined {
  const complete = withHost(value);
  return URL.canParse(complete) ? new URL(complete) : undefined;
}

function isDecodable({ username, password, pathname, hostname }: URL): boolean {
  try {
    for (const part of [username, password, pathname, hostname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
