import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, ERROR_STATUS } from '#libs/contracts';
import {
  Logger,
  OidcSignIn,
  SETTINGS,
  SignInProblem,
  WrongKeys,
  describeError,
  readPublicUrl,
  type Settings,
} from '#libs/platform';

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** The kind of failure that refused sign-ins are counted as. */
const COUNTED_AS = 'sign-ins';

/** The two addresses of a sign-in by OpenID Connect. Browsers open them; they are not part of the API. */
export function serveSignIn(server: FastifyInstance, app: INestApplication): void {
  const pages = new SignInPages(
    app.get(OidcSignIn),
    app.get(WrongKeys),
    app.get(Logger),
    app.get<Settings>(SETTINGS).PUBLIC_URL,
  );
  server.get('/session/oidc', (request, reply) => pages.begin(request, reply));
  server.get('/session/oidc/callback', (request, reply) => pages.complete(request, reply));
}

class SignInPages {
  /** The address of the dashboard, without a slash at its end. */
  private readonly base: string;

  constructor(
    private readonly signIn: OidcSignIn,
    private readonly wrong: WrongKeys,
    private readonly logger: Logger,
    publicUrl: string | undefined,
  ) {
    this.base = publicUrl === undefined ? '' : readPublicUrl(publicUrl).href.slice(0, -1);
  }

  begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.answer(request, reply, () => {
      const { return_to: returnTo } = request.query as { return_to?: unknown };
      return this.signIn.begin(reply, returnTo);
    });
  }

  complete(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.answer(request, reply, async () => {
      this.wrong.refuseAtLimit(request, COUNTED_AS);
      const query = request.url.slice((request.url + '?').indexOf('?'));
      return this.base + (await this.signIn.complete(request, reply, query));
    });
  }

  /** Redirects to an address, or shows what went wrong. */
  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    addressOf: () => Promise<string>,
  ): Promise<FastifyReply> {
    void reply.headers(HEADERS);
    try {
      return reply.redirect(await addressOf(), 303);
    } catch (error) {
      return this.show(request, reply, error);
    }
  }

  private show(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
    const problem = error instanceof SignInProblem ? this.counted(request, error) : error;
    if (problem instanceof SignInProblem) {
      return this.send(reply, problem.status, problem.message);
    }
    if (problem instanceof ApiError) {
      const { retryAfterSeconds } = problem.details;
      if (retryAfterSeconds !== undefined) void reply.header('Retry-After', retryAfterSeconds);
      return this.send(reply, ERROR_STATUS[problem.code], problem.message);
    }
    this.logger.error('a sign-in failed', describeError(problem));
    return this.send(reply, 500, 'The sign-in failed. The log of insightd has the reason.');
  }

  /** Logs why the provider's answer was refused, and limits the attempts of an address. */
  private counted(request: FastifyRequest, problem: SignInProblem): unknown {
    if (problem.cause !== undefined) {
      this.logger.warn('a sign-in by OpenID Connect failed', reasonOf(problem.cause));
    }
    if (problem.status !== 400 && problem.status !== 403) return problem;
    try {
      this.wrong.count(request, COUNTED_AS);
      return problem;
    } catch (tooMany) {
      return tooMany;
    }
  }

  private send(reply: FastifyReply, status: number, message: string): FastifyReply {
    const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Not signed in · insightd</title>
  </head>
  <body>
    <main>
      <h1>Not signed in</h1>
      <p>${escaped(message)}</p>
      <p><a href="${escaped(this.base)}/">Back to the sign-in page</a></p>
    </main>
  </body>
</html>
`;
    return reply.status(status).type('text/html; charset=utf-8').send(page);
  }
}

/** The class and the code of an error, and of its cause. Messages and values may contain tokens. */
function reasonOf(error: unknown): Record<string, string | undefined> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { cause } = error;
  return {
    error: error.name,
    code: codeOf(error),
    ...(cause instanceof Error && { cause: cause.name, cause_code: codeOf(cause) }),
  };
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
