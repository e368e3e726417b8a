import { beforeEach, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { createQueueBackend } from '../../../libs/platform/queue/postgres-queue.js';
import { cleanUpAfterEach } from '../../support/cleanup.js';
import { databaseUrl } from '../../support/database.js';
import { startProxy, type Proxy } from '../../support/proxy.js';

const afterwards = cleanUpAfterEach();
let proxy: Proxy;
let connection: { connectionString: string; skipMigrations: true };

beforeEach(async () => {
  const url = new URL(databaseUrl());
  proxy = await startProxy({ host: url.hostname, port: Number(url.port) });
  afterwards(() => proxy.close());
  url.port = String(proxy.port);
  connection = { connectionString: url.href, skipMigrations: true };
});

test('a queue works even if PostgreSQL was away at its first use', async () => {
  proxy.cut();
  const queue = new Queue('a queue', { connection }, createQueueBackend);
  queue.on('error', () => undefined);
  afterwards(() => queue.close());
  await expect(queue.add('early', {})).rejects.toThrow();
  proxy.restore();
  const { id } = await queue.add('later', {});
  expect(await queue.getJob(id!)).toMatchObject({ name: 'later' });
});

test('a request for a job while PostgreSQL is away fails with the error on which a worker waits', async () => {
  const backend = createQueueBackend('another queue', { connection });
  backend.on('error', () => undefined);
  afterwards(() => backend.close());
  await backend.waitUntilReady();
  proxy.cut();
  // By name, since the service loads its own BullMQ classes from dist/node_modules.
  const refusal = backend.moveToActive('a token');
  await expect(refusal).rejects.toMatchObject({ name: 'ConnectionClosedError' });
  proxy.restore();
  expect(await backend.moveToActive('a token')).toHaveLength(4);
});
