// Sends the User & Org Insights calls of PropelAuth's Node libraries to insightd, and nothing else.
// For @propelauth/node-apis, @propelauth/node, @propelauth/express and @propelauth/nextjs, whose backend calls go
// through `fetch`. Everything else (validating tokens, users, orgs) still goes to PropelAuth, with PropelAuth's key.
//
//   redirectInsights({ url: 'http://127.0.0.1:3000', key: process.env.INSIGHTD_KEY });
//
// Call it once, when the process starts; in Next.js from `register()` of instrumentation.ts.

const PROPELAUTH = 'https://propelauth-api.com';
const INSIGHTS =
  /^\/api\/backend\/v1\/(?:(?:user|org)_report\/[^/]+|chart_metrics?\/[^/]+|user\/[^/]+\/signup_query_parameters)$/;

/**
 * @param {{ url: string, key: string }} insightd its address, and one of its own keys with the scope `read`
 * @returns {() => void} ends the redirection
 */
export function redirectInsights({ url, key }) {
  const direct = globalThis.fetch;
  const redirected = (input, init) => {
    const address = insightsAddress(input, init);
    if (!address) return direct(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
    // The library sends PropelAuth's key, which insightd must not see.
    headers.set('Authorization', `Bearer ${key}`);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return direct(url.replace(/\/+$/, '') + address.pathname + address.search, {
      ...init,
      headers,
      signal,
    });
  };
  globalThis.fetch = redirected;
  return () => {
    if (globalThis.fetch === redirected) globalThis.fetch = direct;
  };
}

/** The address of a call of the insights API; undefined for every other call. */
function insightsAddress(input, init) {
  const request = input instanceof Request ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  const text = request?.url ?? String(input);
  if (method.toUpperCase() !== 'GET' || !URL.canParse(text)) return undefined;
  const address = new URL(text);
  const isInsights = address.origin === PROPELAUTH && INSIGHTS.test(address.pathname);
  return isInsights ? address : undefined;
}
