import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { answerParent } from '../child.js';

// The minimal service on Fastify: it reads a JSON body and sends a fixed reply.
// Answers any message with its port.
const server = fastify();
server.post('/api/ingest/v1/events', () => ({ accepted: 1, rejected: [] }));
await server.listen({ port: 0, host: '127.0.0.1' });
const { port } = server.server.address() as AddressInfo;

answerParent<'port', number>(() => port);
