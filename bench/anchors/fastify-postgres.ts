import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';
import { answerParent } from '../child.js';

const CONNECTIONS = 4;

// The minimal service on Fastify and PostgreSQL: `GET /number` returns one number, queried over
// open connections. Receives the URL of a database and answers with its port.
answerParent<string, number>(async (connectionString) => {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS, min: CONNECTIONS });
  pool.on('error', () => undefined);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('select pg_sleep(0.1)')));
  const server = fastify();
  server.get('/number', async () => {
    const question = { name: 'number', text: 'select $1::int as number', values: [1] };
    return (await pool.query<{ number: number }>(question)).rows[0];
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
});
