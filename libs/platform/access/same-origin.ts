import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '#libs/contracts';
import { Outside } from '../http/outside.js';

/** A form of another site cannot send this header, and its scripts would need permission from insightd (CORS). */
const OWN_HEADER = 'x-insightd';

/** Prevents pages of other sites from using the cookie that a browser sends automatically. */
@Injectable()
export class SameOrigin {
  constructor(private readonly outside: Outside) {}

  /**
   * Refuses a browser's request for a page of another origin. Admits requests that do not come from a browser.
   * @throws ApiError `forbidden`
   */
  refuseOthers(request: FastifyRequest): void {
    const { 'sec-fetch-site': site, origin } = request.headers;
    // Browsers send Sec-Fetch-Site only over https and to localhost, but Origin everywhere.
    const isOwn =
      site !== undefined
        ? site === 'same-origin'
        : // A page cannot set this header: only the browser does.
          origin === undefined || this.outside.isOwnOrigin(request.raw, origin);
    if (!isOwn) throw new ApiError('forbidden', 'A page of another site sent this request.');
  }

  /**
   * Protects changes by cookie: in addition to `refuseOthers`, requires a header that a browser sends only when
   * insightd's own page adds it.
   * @throws ApiError `forbidden`
   */
  demand(request: FastifyRequest): void {
    this.refuseOthers(request);
    if (request.headers[OWN_HEADER] !== undefined) return;
    throw new ApiError(
      'forbidden',
      'Changes with a session cookie also need the header "X-Insightd: 1".',
    );
  }
}
