import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
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

/**
 * Answers one message by the server of the official SDK. A server lives for one message: there is no state to keep, and
 * any process can answer the next one.
 */
export async function converse(answers: AnswersService, message: Message): Promise<Response> {
  const server = serverOf(answers, message.authorization);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const request = new Request('http://insightd/mcp', {
      method: 'POST',
      headers: message.headers,
    });
    const response = await transport.handleRequest(request, { parsedBody: message.body });
    // The text is complete before the server closes.
    return new Response(await response.text(), response);
  } finally {
    await server.close();
  }
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
