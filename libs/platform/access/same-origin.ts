import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Outside } from '../http/outside.js';

/** A form of another site cannot send it, and its scripts would have to ask us first. */
const OWN_HEADER = 'x-insightd';

/** Keeps pages of other sites from using what a browser sends by itself. */
@Injectable()
export class SameOrigin {
  constructor(private readonly outside: Outside) {}

  /**
   * Refuses what a browser sends for a page of another origin. What does not come from a browser passes.
   * @throws ApiError `forbidden`
   */
  refuseOthers(request: FastifyRequest): void {
    const { 'sec-fetch-site': site, origin } = request.headers;
    // Browsers send the site over https and to this machine only, the origin everywhere.
    const isOwn =
      site !== undefined
        ? site === 'same-origin'
        : // Only what a browser says of its page counts, and no page can set these headers for another site.
          origin === undefined || this.outside.isOwnOrigin(request.raw, origin);
    if (!isOwn) throw new ApiError('forbidden', 'This came from a page of another site.');
  }

  /**
   * For what a cookie alone would allow: in addition to `refuseOthers`, the request must carry a header of
   * ours, which a browser sends only when our page asks it to.
   * @throws ApiError `forbidden`
   */
  demand(request: FastifyRequest): void {
    this.refuseOthers(request);
    if (request.headers[OWN_HEADER] !== undefined) return;
    throw new ApiError(
      'forbidden',
      'To change anything with a session cookie, send the header "X-Insightd: 1" as well.',
    );
  }
}
