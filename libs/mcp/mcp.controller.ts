import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, mcpShapes } from '#libs/contracts';
import {
  Access,
  Operation,
  Outside,
  TakesBody,
  Uncounted,
  operation,
  readText,
} from '#libs/platform';
import { AnswersService } from './answers.service.js';

const MAX_BYTES = 64 * 1024;
const JSON_TYPE = 'application/json';

const askByProtocol = operation({
  id: 'askByProtocol',
  tag: 'insights',
  summary: 'A message of the Model Context Protocol (streamable HTTP, without sessions)',
  description:
    'For agents. Each tool answers like an operation of this API. The key must be in the header Authorization.',
  rawBody: { [JSON_TYPE]: mcpShapes.message },
  rawReply: { [JSON_TYPE]: mcpShapes.answer },
});

/** The endpoint of the Model Context Protocol. */
@Controller('mcp')
@Access('read')
@Uncounted()
@TakesBody({ maxBytes: MAX_BYTES })
export class McpController {
  constructor(
    private readonly answers: AnswersService,
    private readonly outside: Outside,
  ) {}

  @Post()
  @Operation(askByProtocol)
  async message(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const authorization = this.admit(request);
    const body = parsed(readText(request.body));
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    // Loaded with the first message: most processes never get one.
    const { converse } = await import('./protocol.js');
    const response = await converse(this.answers, { headers, body, authorization });
    void reply.status(response.status);
    for (const [name, value] of response.headers) void reply.header(name, value);
    await reply.send(await response.text());
  }

  /**
   * Admits a request with a key of its own: neither the session of a browser, nor a page of another site.
   * @returns the header with the key
   * @throws ApiError `forbidden` or `unauthorized`
   */
  private admit({ headers, raw }: FastifyRequest): string {
    const { authorization, origin } = headers;
    if (origin !== undefined && !this.outside.isOwnOrigin(raw, origin))
      throw new ApiError('forbidden', 'A page of another site sent this request.');
    if (authorization !== undefined) return authorization;
    const message =
      'Send an API key of the scope read in the header "Authorization: Bearer <key>".';
    throw new ApiError('unauthorized', message);
  }
}

/** @throws ApiError `unreadable` */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ApiError('unreadable', 'The body is not valid JSON.', { cause });
  }
}
