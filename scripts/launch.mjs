// What every npm command goes through: sees to it that the packages are installed and the sources
// are compiled, saying so when it takes a while, then runs the command. Needs nothing but Node.
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
  // Exactly what the lock file names, and no script of a package: what those are needed for, the build does.
  npm(
    ...['ci', '--ignore-scripts', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'],
  ),
);
// Unit tests alone run after a change in seconds: only the changed files are compiled, without types.
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
  // In this very process: a parent that waits for a child is one more that can be left behind.
  await import('../dist/apps/cli/main.js');
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor >= LOWEST_NODE[1])) return;
  fail(`insightd needs Node ${LOWEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Does `work` unless `marker` says that it was done for the present content of `inputs`. */
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
      // What the bench writes is no source.
      .filter((entry) => !/^results\./i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  );
}

function npm(...npmArgs) {
  // The npm that started this script, if one did; its address is a script of Node's.
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

/** Jest, on the compiled sources: what is tested is what runs. */
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

/** Format, lint, types of the tests, edges between the rooms, unused code, words, schema: at the same time. */
async function runChecks() {
  const cache = (name) => join('node_modules/.cache/insightd-check', name);
  const tsc = (project, name) => [
    ...['-p', project, '--incremental', '--tsBuildInfoFile', cache(name)],
  ];
  // A changed type may change what lint says of an unchanged file: CI lints every file.
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
  if (failed.length > 0) fail(`Not clean: ${failed.map(([name]) => name).join(', ')}.`);
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
