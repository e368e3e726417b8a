import { z } from 'zod';
import { nameSchemas } from './named.js';

// The messages of the Model Context Protocol; its SDK checks them.

const version = z.literal('2.0');
const id = z.union([z.string(), z.number()]);

export const message = z
  .looseObject({
    jsonrpc: version,
    id: id.optional().describe('missing in a notification'),
    method: z.string().describe('such as initialize, tools/list or tools/call'),
  })
  .describe('a JSON-RPC message');

export const answer = z
  .looseObject({ jsonrpc: version, id: id.nullable() })
  .describe('a JSON-RPC answer, with `result` or `error`');

nameSchemas({ McpMessage: message, McpAnswer: answer });
