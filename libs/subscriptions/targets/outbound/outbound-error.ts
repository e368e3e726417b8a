/** A request that got no reply. The message names the host only, since URLs of targets are secrets. */
export class OutboundError extends Error {}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection without a reply',
  EPIPE: 'closed the connection without a reply',
  ENETUNREACH: 'cannot be reached from here',
  EHOSTUNREACH: 'cannot be reached from here',
  ETIMEDOUT: 'did not accept the connection in time',
};
const NAME_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL', 'ENODATA']);

/** The error of a request to a host. Messages of Node contain addresses and URLs, so only its codes are used. */
export function outboundError(host: string, error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return new OutboundError(`The request to ${host} failed.`);
  if (NAME_CODES.has(code)) {
    return new OutboundError(`The name ${host} cannot be resolved: check the URL of the target.`);
  }
  if (Object.hasOwn(REASONS, code)) return new OutboundError(`${host} ${REASONS[code]}.`);
  if (/CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS|CRL_/.test(code)) {
    return new OutboundError(`The certificate of ${host} is not valid (${code}).`);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return new OutboundError(`${host} does not use TLS as expected: check the URL of the target.`);
  }
  if (code.startsWith('HPE_')) return new OutboundError(`${host} did not answer with HTTP.`);
  return new OutboundError(`The request to ${host} failed (${code}).`);
}

/** Why a host is refused, and what to do. */
export function refusedHost(host: string): OutboundError {
  return new OutboundError(
    `${host} has a loopback, private or reserved address, to which nothing is sent. ` +
      'Use a public address, or set OUTBOUND_ALLOW_PRIVATE=true.',
  );
}
