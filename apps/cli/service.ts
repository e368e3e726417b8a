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
import { serveSignIn } from '../api/sign-in.js';
import { WorkerModule } from '../worker/worker.module.js';
import { compressReplies } from '../api/compression.js';
import { isStopping } from './shutdown.js';
import { lowerPriority } from './priority.js';

const GRACE_MS = 3_000;
const SWEEP_MS = 100;

/**
 * How much the heap may grow before a full collection, in percent. By default Node lets it triple: during ingest, a peak
 * of 594 MB instead of 341, and no faster; between the runs of a worker with a million users, 740 MB instead of 550.
 */
const HEAP_GROWS_BY_PERCENT = 70;

/** The role of a process. `all` is two processes. */
export type Role = 'api' | 'worker';

const PARTS: Record<Role, Type[]> = {
  api: [ApiModule],
  // The HTTP side of a worker is health and metrics, from the platform.
  worker: [WorkerModule],
};

@Module({})
class ServiceModule {
  static of(role: Role, settings: Settings): DynamicModule {
    return { module: ServiceModule, imports: [PlatformModule.register(settings), ...PARTS[role]] };
  }
}

/** Starts a role on a migrated database and listens on `HOST` and `PORT`. */
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
  v8.setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_BY_PERCENT}`);
  if (role !== 'worker') {
    await compressReplies(server);
    serveApiPage(app);
    serveSignIn(server, app);
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

/** Finishes current work and closes the service, without waiting for an unavailable Redis. */
export async function closeInTime(app: NestFastifyApplication): Promise<void> {
  await Promise.race([app.close(), lingering(app)]);
}

/**
 * Fulfilled some time after all requests are answered and no run is in progress; closing waits for these first.
 * Anything that is still closing then waits for an unavailable Redis.
 */
async function lingering(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  // Closing checks once for idle connections; a connection that becomes idle later would stay open for a minute.
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
