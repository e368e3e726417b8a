import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import v8 from 'node:v8';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  Logger,
  Metrics,
  PlatformModule,
  ProblemFilter,
  createAdapter,
  forbidKeeping,
  leaveBodiesUnread,
  measureReplies,
  refuseWhileStopping,
  refuseOnNewerStore,
  type Settings,
  StoreWatch,
} from '#libs/platform';
import { ApiModule } from '../api/api.module.js';
import { serveDashboard } from '../api/dashboard.js';
import { serveApiPage } from '../api/openapi.js';
import { WorkerModule } from '../worker/worker.module.js';
import { compressReplies } from '../api/compression.js';
import { isStopping } from './shutdown.js';
import { lowerPriority } from './priority.js';

const GRACE_MS = 3_000;
const SWEEP_MS = 100;

/**
 * By how much the heap may grow before all of it is looked through. Left alone, Node lets it grow
 * threefold while events come in: 594 MB at the most instead of 341, and no faster.
 */
const HEAP_GROWS_BY_PERCENT = 70;

/** What a process does. `all` is two of them. */
export type Role = 'api' | 'worker';

const PARTS: Record<Role, Type[]> = {
  api: [ApiModule],
  // Its HTTP side is health and metrics, which the platform brings.
  worker: [WorkerModule],
};

@Module({})
class ServiceModule {
  static of(role: Role, settings: Settings): DynamicModule {
    return { module: ServiceModule, imports: [PlatformModule.register(settings), ...PARTS[role]] };
  }
}

/** Starts a role over a migrated database and listens on `HOST` and `PORT`. */
export async function startService(
  role: Role,
  settings: Settings,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.of(role, settings),
    createAdapter(settings),
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  const logger = app.get(Logger);
  app.useLogger(logger);
  const server = app.getHttpAdapter().getInstance();
  refuseWhileStopping(server, isStopping);
  forbidKeeping(server);
  leaveBodiesUnread(server);
  measureReplies(server, app.get(Metrics));
  refuseOnNewerStore(server, app.get(StoreWatch));
  app.useGlobalFilters(new ProblemFilter(logger, app.get(StoreWatch)));
  if (role !== 'worker') {
    v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_BY_PERCENT}`);
    await compressReplies(server);
    serveApiPage(app);
    await serveDashboard(server, app);
  }
  try {
    await app.listen(settings.PORT, settings.HOST);
  } catch (error) {
    await app.close();
    throw explained(error, settings);
  }
  if (role === 'worker') lowerPriority();
  return app;
}

/** Finishes current work and closes the service, without waiting for a Redis that is away. */
export async function closeInTime(app: NestFastifyApplication): Promise<void> {
  await Promise.race([app.close(), lingering(app)]);
}

/**
 * Fulfilled a while after all that was asked is answered, and no run is under way, which come first in
 * closing: what then still closes waits for a Redis that is away.
 */
async function lingering(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  // Closing looks once for idle connections; one that becomes idle later would be kept for a minute.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  if (server.listening) await once(server, 'close');
  clearInterval(sweep);
  await delay(GRACE_MS, undefined, { ref: false });
}

function explained(error: unknown, { HOST, PORT }: Settings): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new Error(`Port ${PORT} of ${HOST} is in use: set PORT to another.`);
  if (code === 'EADDRNOTAVAIL')
    return new Error(`This machine has no address ${HOST}: set HOST to another.`);
  return error;
}
