import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { ApiError, within } from '#libs/contracts';
import type { AnswersService } from './answers.service.js';
import { INSTRUCTIONS } from './tools.js';

/** A message of an agent. */
interface Message {
  headers: Headers;
  /** The parsed body. */
  body: unknown;
  /** The header with the key of the agent. */
  authorization: string;
}

/** A message is answered in this time. */
const ANSWER_MS = 30_000;

/**
 * Answers one message by the server of the official SDK. A server lives for one message: there is no state to keep, and
 * any process can answer the next one.
 * @param waitMs the longest wait for the answer; the SDK never answers a request that was cancelled
 * @throws ApiError `unreadable` for a list of messages, `unavailable` without an answer in time
 */
export async function converse(
  answers: AnswersService,
  message: Message,
  waitMs = ANSWER_MS,
): Promise<Response> {
  if (Array.isArray(message.body))
    throw new ApiError('unreadable', 'Send one message per request.');
  const server = serverOf(answers, message.authorization);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const request = new Request('http://insightd/mcp', {
      method: 'POST',
      headers: message.headers,
    });
    const options = { parsedBody: message.body };
    // The text is complete before the server closes.
    const answer = transport
      .handleRequest(request, options)
      .then(async (response) => new Response(await response.text(), response));
    return await within(waitMs, answer, tooLate);
  } finally {
    await server.close();
  }
}

function tooLate(): ApiError {
  const message = 'The answer takes too long. Ask for less, or try again.';
  return new ApiError('unavailable', message, { retryAfterSeconds: 10 });
}

function serverOf(answers: AnswersService, authorization: string): Server {
  const server = new Server(
    { name: 'insightd', version: answers.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: answers.descriptions() }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const { name, arguments: given = {} } = params;
    const { isError, reply } = await answers.answer(name, given, authorization);
    const text = typeof reply === 'string' ? reply : JSON.stringify(reply);
    return {
      content: [{ type: 'text', text }],
      ...(typeof reply !== 'string' && { structuredContent: reply }),
      ...(isError && { isError }),
    };
  });
  return server;
}
