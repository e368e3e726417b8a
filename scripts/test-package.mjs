// npm run test:package: packs insightd, installs the package in an environment with only Node, and starts the demo from
// it. Then starts the content of the container image. Needs the npm registry.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MOST_SECONDS = 20;
/** A busy machine may exceed the limit: one of several attempts has to keep it. */
const TRIES = 3;
const GIVES_UP_AFTER_MS = 180_000;
/** Longer than insightd's own limit for a shutdown. */
const STOPS_WITHIN_MS = 35_000;
const LOOK_MS = 50;
const KEY = 'a-key-for-the-package-test-only';

const folder = mkdtempSync(join(tmpdir(), 'insightd-package-'));
const npm = resolve(
  process.env.npm_execpath ??
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
);
const npx = join(dirname(npm), 'npx-cli.js');
// Simulates a machine with only Node. npm needs a shell to run the package's command. As root, insightd creates a user
// for PostgreSQL.
const bin = join(folder, 'bin');
mkdirSync(bin);
symlinkSync(process.execPath, join(bin, 'node'));
for (const program of ['/bin/sh', '/usr/bin/id', '/usr/sbin/useradd'])
  symlinkSync(program, join(bin, basename(program)));
// The environment has the settings of this machine's npm except the cache, and none of insightd's settings.
const OWN = /^(?:PATH|PORT|npm_.*|INSIGHTD_.*|DATABASE_.*|REDIS_.*)$/;
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN.test(name))),
  PATH: bin,
  PORT: '0',
  npm_config_cache: join(folder, 'cache'),
  npm_config_loglevel: 'error',
  npm_config_fetch_retries: '1',
};

let failed = false;
try {
  const tarball = pack();
  await testPackage(tarball);
  await testImage();
} catch (error) {
  failed = true;
  process.stderr.write(`${error.stack}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function pack() {
  const output = execFileSync(
    process.execPath,
    [npm, 'pack', '--json', '--pack-destination', folder],
    {
      encoding: 'utf8',
    },
  );
  // npm prints a list; from npm 12 on, an object with the package names as keys.
  const [{ filename, size, files }] = Object.values(JSON.parse(output));
  const unwanted = files.filter(({ path }) =>
    /\.(?:ts|tsx|map)$|^(?:test|bench|scripts)\//.test(path),
  );
  if (unwanted.length > 0) throw new Error(`${unwanted[0].path} is in the package.`);
  say(`${filename}: ${(size / 1e6).toFixed(1)} MB, ${files.length} files`);
  return join(folder, filename);
}

/** Measures installation and start. Downloads all packages beforehand, so that the network does not count. */
async function testPackage(tarball) {
  execFileSync(process.execPath, [npm, 'install', '--prefix', join(folder, 'download'), tarball], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: GIVES_UP_AFTER_MS,
  });
  const seconds = [];
  do seconds.push(await runDemo(tarball, seconds.length));
  while (seconds.at(-1) > MOST_SECONDS && seconds.length < TRIES);
  if (seconds.at(-1) > MOST_SECONDS) throw new Error(`More than ${MOST_SECONDS} s.`);
}

/** @returns the seconds from the command until the demo is ready */
async function runDemo(tarball, attempt) {
  rmSync(join(env.npm_config_cache, '_npx'), { recursive: true, force: true });
  const settings = { ...env, INSIGHTD_DATA_DIR: join(folder, `demo-${attempt}`) };
  const command = ['--yes', '--prefer-offline', `./${basename(tarball)}`, 'demo'];
  const started = performance.now();
  const demo = start(npx, command, { cwd: folder, env: settings });
  const [, address, key] = await demo.prints(/insightd is ready: +(\S+)[^]*?API key: +(\S+)/);
  const seconds = (performance.now() - started) / 1000;
  const report = `${address}/api/backend/v1/user_report/champion?report_interval=30`;
  const { total_count: count } = await read(report, key).then((reply) => reply.json());
  if (!(count > 0)) throw new Error('The demo has no champions.');
  const page = await read(`${address}/`, key).then((reply) => reply.text());
  if (!page.includes('<script type="module"')) throw new Error('The dashboard is missing.');
  await read(`${address}/openapi.json`, key);
  await read(`${address}/docs/swagger-ui-bundle.js`, key);
  await demo.stop();
  say(`npx … demo: ready after ${seconds.toFixed(1)} s, ${count} champions`);
  return seconds;
}

/** Starts the image's files without a container, with an embedded PostgreSQL. */
async function testImage() {
  const image = join(folder, 'image');
  say(execFileSync(process.execPath, ['scripts/image.mjs', image], { encoding: 'utf8' }).trim());
  const { startEmbedded } = await import('../dist/libs/embedded-postgres/index.js');
  const postgres = await startEmbedded(join(folder, 'postgres'), true);
  try {
    const settings = {
      ...env,
      DATABASE_URL: postgres.url,
      INSIGHTD_API_KEY: KEY,
      HOST: '127.0.0.1',
    };
    for (const role of ['api', 'worker']) {
      const service = start(join(image, 'dist/apps/cli/main.js'), [role], {
        cwd: image,
        env: settings,
      });
      const [, address] = await service.prints(/"address":"([^"]+)"/);
      await read(`${address}/health/ready`, KEY);
      await service.stop();
      say(`image: ${role} is ready`);
    }
  } finally {
    await postgres.stop();
  }
}

/** Starts a script in a process group of its own: npx does not pass signals on to the command that it runs. */
function start(script, args, options) {
  const child = spawn(process.execPath, [script, ...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const prints = (pattern) =>
    new Promise((done, fail) => {
      const giveUp = (why) => {
        signal(child.pid, 'SIGKILL');
        fail(new Error(`${why}:\n${output}`));
      };
      const timer = setTimeout(giveUp, GIVES_UP_AFTER_MS, 'The process is not ready in time');
      const look = () => {
        const found = pattern.exec(output);
        if (!found) return;
        clearTimeout(timer);
        done(found);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      child.once('exit', (code) => giveUp(`The process ended with code ${code}`));
    });
  const stop = async () => {
    child.removeAllListeners('exit');
    // As Ctrl+C in a terminal, which reaches the whole group.
    signal(child.pid, 'SIGINT');
    const deadline = performance.now() + STOPS_WITHIN_MS;
    while (signal(child.pid, 0)) {
      if (performance.now() > deadline) {
        signal(child.pid, 'SIGKILL');
        throw new Error(`The process did not stop in time:\n${output}`);
      }
      await delay(LOOK_MS);
    }
  };
  return { prints, stop };
}

/** Sends a signal to a process group; 0 only checks. @returns whether the group has a process */
function signal(group, name) {
  try {
    return process.kill(-group, name);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

async function read(address, key) {
  const reply = await fetch(address, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/html, application/json' },
  });
  if (!reply.ok) throw new Error(`${address} answers ${reply.status}: ${await reply.text()}`);
  return reply;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
