// The entry point of every npm command: installs the packages and compiles the sources when needed, then runs the
// command. Needs only Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOWEST_NODE = [20, 19];
const PACKAGES = ['package.json', 'package-lock.json'];
const SOURCES = ['apps', 'libs', 'bench', 'prisma', 'scripts', 'tsconfig.json', ...PACKAGES];

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const [command = 'all', ...args] = process.argv.slice(2);

checkNode();
step('Installing packages', 'node_modules/.insightd-installed', PACKAGES, () =>
  // Installs exactly the versions of the lock file and runs no install scripts: the build does their work.
  npm(
    ...['ci', '--ignore-scripts', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'],
  ),
);
// Unit tests start within seconds of a change: only the changed files are compiled, without checking types.
const isUnit = command === 'test' && /^(?:test\/)?unit\b/.test(args[0] ?? '');
if (isUnit && existsSync('dist/.insightd-built')) {
  const { changedSources, compile } = await import('./compile.mjs');
  await compile(changedSources()).catch((error) => fail(error.message));
} else step('Building', 'dist/.insightd-built', SOURCES, () => node('scripts/build.mjs'));

if (command === 'test') await runTests();
else if (command === 'check') await runChecks();
else if (command === 'schema') {
  process.argv.splice(2, process.argv.length, 'write', ...args);
  await import('./schema.mjs');
} else if (command === 'bench') {
  process.argv.splice(2, process.argv.length, ...args);
  await import('../dist/bench/main.js');
} else if (command === 'dev') {
  await import('./dev.mjs');
} else if (command === 'test:package' || command === 'test:matrix') {
  await import(`./${command.replace(':', '-')}.mjs`);
} else if (command !== 'setup') {
  process.argv.splice(2, process.argv.length, command, ...args);
  process.env.INSIGHTD_PARENT_PID ??= String(process.ppid);
  // In the same process: a separate child process could be left behind.
  await import('../dist/apps/cli/main.js');
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return;
  fail(`insightd needs Node ${LOWEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Runs `work` unless the file `marker` shows that it was done for the current content of `inputs`. */
function step(name, marker, inputs, work) {
  const digest = digestOf(inputs);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;
  process.stderr.write(`${name} … `);
  const started = Date.now();
  const { status, stderr } = work();
  if (status !== 0) fail(`\n${name} failed:\n${stderr ?? ''}`);
  writeFileSync(marker, digest);
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

function digestOf(inputs) {
  const hash = createHash('sha256');
  const add = (path) => hash.update(path).update('\0').update(readFileSync(path));
  for (const input of inputs) {
    if (input.includes('.')) add(input);
    else for (const path of filesBelow(input)) add(path);
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('generated'))
      // The results of the benchmarks are not sources.
      .filter((entry) => !/^results\./i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  );
}

function npm(...npmArgs) {
  // The npm that started this script, if any. `npm_execpath` is the path of a JavaScript file.
  const script = process.env.npm_execpath;
  if (script) return quiet(process.execPath, [script, ...npmArgs]);
  return quiet(process.platform === 'win32' ? 'npm.cmd' : 'npm', npmArgs);
}

function node(...nodeArgs) {
  return quiet(process.execPath, nodeArgs);
}

function quiet(program, programArgs) {
  return spawnSync(program, programArgs, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

/** Runs Jest on the compiled sources, the same files that run in production. */
async function runTests() {
  const config = isUnit ? ['--config', 'jest.unit.config.mjs'] : [];
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...config, ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

/** Checks lint, types, format, edges between the rooms, unused code, words and schema, all at the same time. */
async function runChecks() {
  const cache = (name) => join('node_modules/.cache/insightd-check', name);
  const tsc = (project, name) => [
    ...['-p', project, '--incremental', '--tsBuildInfoFile', cache(name)],
  ];
  // CI lints every file without a cache: a changed type may change the lint result of an unchanged file.
  const lintCache = process.env.CI
    ? []
    : ['--cache', '--cache-strategy=content', '--cache-location', cache('lint')];
  const checks = [
    ['lint', 'eslint/bin/eslint.js', ['--max-warnings=0', ...lintCache, '.']],
    ['types', 'typescript/lib/tsc.js', tsc('tsconfig.test.json', 'types')],
    ['types of the dashboard', 'typescript/lib/tsc.js', tsc('apps/dashboard', 'dashboard')],
    [
      'format',
      'prettier/bin/prettier.cjs',
      [
        ...['--check', '--log-level=warn', '--cache', '--cache-strategy=content'],
        ...['--cache-location', cache('format'), '.'],
      ],
    ],
    [
      'edges',
      'dependency-cruiser/bin/dependency-cruise.mjs',
      ['--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'bench'],
    ],
    ['unused code', 'knip/bin/knip.js', []],
    ['words', '../scripts/check-words.mjs', []],
    ['schema', '../scripts/schema.mjs', ['check']],
  ];
  const clean = await Promise.all(checks.map(isClean));
  const failed = checks.filter((_, index) => !clean[index]);
  if (failed.length > 0) fail(`Failed: ${failed.map(([name]) => name).join(', ')}.`);
}

/** Runs one check and prints its result. */
async function isClean([name, script, scriptArgs]) {
  const child = spawn(process.execPath, [join('node_modules', script), ...scriptArgs], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const [code] = await once(child, 'close');
  process.stderr.write(`${name} … ${code === 0 ? 'ok' : 'failed'}\n`);
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  return code === 0;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
