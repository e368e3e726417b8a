// npm run dev: compiles each file that changes and restarts the service; PostgreSQL keeps running. The page is also
// rebuilt: reload the browser to see it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { compile, isSource } from './compile.mjs';
import { DevProcesses } from './dev-processes.mjs';

const DATA_FOLDER = process.env.INSIGHTD_DATA_DIR ?? '.data/dev';
/** How long to wait for further changes: an editor may save several files at once. */
const QUIET_MS = 150;
const STOPS_WITHIN_MS = 5_000;

const children = new Set();

function start(name, args, options = {}) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.once('error', (error) => process.stderr.write(`${name}: ${error.message}\n`));
  return child;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
  await ended;
  clearTimeout(killer);
}

const { startEmbedded } = await import('../dist/libs/embedded-postgres/index.js');
const database = process.env.DATABASE_URL ? undefined : await startEmbedded(DATA_FOLDER);
const env = {
  INSIGHTD_API_KEY: 'a-key-for-development-only',
  ...process.env,
  DATABASE_URL: process.env.DATABASE_URL ?? database.url,
};

const service = new DevProcesses(start, {
  ...env,
  INSIGHTD_PARENT_PID: env.INSIGHTD_PARENT_PID ?? String(process.pid),
});
service.start();
start('page', [
  ...['node_modules/vite/bin/vite.js', 'build', '--watch', '--logLevel', 'warn'],
  ...['--config', 'apps/dashboard/vite.config.mjs', '--emptyOutDir', 'false'],
]);

const changed = new Set();
let timer;
let restarting = Promise.resolve();
for (const folder of ['apps', 'libs']) {
  watch(folder, { recursive: true }, (_event, file) => {
    if (!file || !isSource(file)) return;
    changed.add(join(folder, file));
    clearTimeout(timer);
    timer = setTimeout(() => (restarting = restarting.then(update)), QUIET_MS);
  });
}

/** Compiles the changed files and restarts the service. */
async function update() {
  const files = [...changed].filter((file) => existsSync(file));
  changed.clear();
  try {
    await compile(files);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return;
  }
  await service.stop(stop);
  service.start();
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await restarting;
    await Promise.all([...children].map(stop));
    await database?.stop();
    process.exit(0);
  });
}
