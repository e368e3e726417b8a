import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';
import type { Subject } from '#libs/contracts';
import { answerParent } from '../child.js';
import { plainPage } from './index-rows.js';

const CONNECTIONS = 4;

interface Asked {
  subject: Subject;
  value: string;
  offset: number;
  search?: string;
}

// A minimal service for pages of the index: `GET /rows` answers with the rows of one prepared query, without checks.
// Receives the URL of a database and answers with its port.
answerParent<string, number>(async (connectionString) => {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS, min: CONNECTIONS });
  pool.on('error', () => undefined);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('select pg_sleep(0.1)')));
  const server = fastify();
  server.get<{ Querystring: Asked }>('/rows', async ({ query }) => {
    const { subject, value, offset, search } = query;
    const name = `${subject} ${value} ${search === undefined ? '' : 'search'}`;
    const text = plainPage(subject, value, search !== undefined);
    const values = search === undefined ? [offset] : [offset, `%${search}%`];
    return (await pool.query<object>({ name, text, values })).rows;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
});
