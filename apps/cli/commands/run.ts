import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  AuditLog,
  KeysService,
  Logger,
  Metrics,
  QueueStore,
  Readiness,
  SYSTEM_ACTOR,
  SettingsError,
  type Settings,
} from '#libs/platform';
import { SCOPES } from '#libs/contracts';
import { Sources, checkSecrets } from '#libs/ingest';
import { stopForRestart, stopWhenAsked } from '../shutdown.js';
import { isForPeople, welcome } from '../sign-in-address.js';
import { closeInTime, startService, type Role } from '../service.js';
import { completeSearch, openStore, type Store } from '../store.js';
import { WorkerProcess } from '../worker-process.js';

/** Runs a role, or both in two processes, until a signal stops it. */
export async function run(role: Role | 'all', given: Settings): Promise<void> {
  if (role !== 'all' && given.DATABASE_URL === undefined) {
    throw new SettingsError(
      `DATABASE_URL must be set for ${role}: only "all" starts an embedded PostgreSQL.`,
    );
  }
  const strays = checkSecrets(await Sources.load(), given);
  const app = await start(role, await openStore(given, { isForFacts: true }));
  for (const setting of strays) {
    app.get(Logger).warn('no source has this setting: nothing comes in by it', { setting });
  }
  const first = role === 'worker' ? undefined : await app.get(KeysService).createFirst();
  if (first) {
    await app.get(AuditLog).record({
      ...{ actor: SYSTEM_ACTOR, action: 'key.created', target: first.keyId },
      details: { name: 'default', scopes: [...SCOPES] },
    });
    process.stdout.write(
      `An API key with all scopes was created. It is shown only once:\n\n  ${first.key}\n\n`,
    );
  }
  if (role !== 'worker' && isForPeople()) {
    process.stdout.write(`${await welcome(app, await app.getUrl())}\n`);
  }
}

/** Starts a role on a store; at the end of the process the role is closed first, then the store. */
export async function start(role: Role | 'all', store: Store): Promise<NestFastifyApplication> {
  await completeSearch(store, { isAwaited: false });
  const worker = role === 'all' ? new WorkerProcess(store.settings) : undefined;
  // Before the API, so that both processes load their modules at the same time.
  worker?.start();
  const app = await startService(role === 'all' ? 'api' : role, store.settings).catch(
    async (error: unknown) => {
      await worker?.stop();
      await store.close();
      throw error;
    },
  );
  const logger = app.get(Logger);
  if (worker) {
    worker.logger = logger;
    app.get(Metrics).alongside(() => worker.metrics());
    app.get(Readiness).add('The worker does not work.', () => worker.ready());
  }
  let closing = false;
  const close = async () => {
    closing = true;
    await Promise.all([worker?.stop(), closeInTime(app)]);
    await store.close();
  };
  stopWhenAsked(close, (reason) => logger.info('stopping', { role, reason }));
  if (role === 'worker') app.get(QueueStore).onReplaced(() => stopForRestart(close));
  void store.ended?.then(() => {
    if (closing) return;
    logger.error('the embedded PostgreSQL is gone: start insightd again', { role });
    process.exit(1);
  });
  logger.info('started', { role, address: await app.getUrl() });
  return app;
}
