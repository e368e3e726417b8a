import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';

/** A form of another site cannot send it, and its scripts would have to ask us first. */
const OWN_HEADER = 'x-insightd';

/**
 * Refuses what a browser sends for a page of another origin. What does not come from a browser passes.
 * @throws ApiError `forbidden`
 */
export function refuseOtherOrigins(request: FastifyRequest): void {
  const { 'sec-fetch-site': site, origin } = request.headers;
  // Browsers tell the site over https and to this machine only, the origin everywhere.
  const isOwn = site !== undefined ? site === 'same-origin' : isOwnOrigin(request, origin);
  if (!isOwn) throw new ApiError('forbidden', 'This came from a page of another site.');
}

/**
 * For what a cookie alone would allow: besides `refuseOtherOrigins`, a browser must have been told to
 * send a header of ours.
 * @throws ApiError `forbidden`
 */
export function demandOwnPage(request: FastifyRequest): void {
  refuseOtherOrigins(request);
  if (request.headers[OWN_HEADER] !== undefined) return;
  throw new ApiError(
    'forbidden',
    'Who is signed in by a cookie must send the header "X-Insightd: 1" to change anything.',
  );
}

function isOwnOrigin({ headers }: FastifyRequest, origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const host = URL.canParse(origin) ? new URL(origin).host : undefined;
  // Only a browser's word about its page counts, and no page can set these two for another site.
  return host !== undefined && [headers.host, headers['x-forwarded-host']].includes(host);
}
