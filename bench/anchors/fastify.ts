import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { answerParent } from '../child.js';

// The least that a service on Fastify does: it reads a body of JSON and answers with the same words.
// Asked anything, it tells its port.
const server = fastify();
server.post('/api/ingest/v1/events', () => ({ accepted: 1, rejected: [] }));
await server.listen({ port: 0, host: '127.0.0.1' });
const { port } = server.server.address() as AddressInfo;

answerParent<'port', number>(() => port);
