// The api and the worker of `npm run dev`. Loading the packages takes most of a start and does not depend on the
// sources, so spare processes load them in advance and wait for the next change.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROLES = ['api', 'worker'];
/** In dist/, so that packages are found where the compiled sources find them. */
const PRELOADER = 'dist/preload.mjs';
/** The next spare processes wait this long, because they would slow down the current start. */
const PREPARE_AFTER_MS = 3_000;
/** An import of a package: not of a file, of another room or of a module of Node. */
const PACKAGE = /^(?:import|export)\s(?:[\w$*{}\s,]+\sfrom\s)?['"]((?!node:)[\w@][\w@/.-]*)['"];/gm;

export class DevProcesses {
  #spares = new Map();
  #running = [];
  #preparing;
  #start;
  #env;

  /** @param start starts a process: receives its name, the arguments of Node and the options of `spawn` */
  constructor(start, env) {
    this.#start = start;
    this.#env = env;
    writeFileSync(PRELOADER, preloader());
  }

  /** Starts the service. */
  start() {
    this.#running = ROLES.map((role) => this.#take(role));
    for (const child of this.#running) child.send('start', () => undefined);
    clearTimeout(this.#preparing);
    this.#preparing = setTimeout(() => {
      for (const role of ROLES) this.#prepare(role);
    }, PREPARE_AFTER_MS);
  }

  /** Stops the service. @param stop stops one process */
  async stop(stop) {
    await Promise.all(this.#running.map(stop));
  }

  #take(role) {
    const spare = this.#spares.get(role);
    this.#spares.delete(role);
    return spare?.connected ? spare : this.#launch(role);
  }

  #prepare(role) {
    if (!this.#spares.get(role)?.connected) this.#spares.set(role, this.#launch(role));
  }

  #launch(role) {
    // The worker answers only health and metrics, at a port of its own.
    const env = { ...this.#env, ...(role === 'worker' ? { PORT: '0' } : {}) };
    return this.#start(role, [PRELOADER, role], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }
}

/** A script that imports the packages of all compiled sources and, after a message, starts the command line. */
function preloader() {
  const packages = new Set();
  for (const folder of ['dist/apps', 'dist/libs'])
    for (const file of readdirSync(folder, { recursive: true }).filter(isScript))
      for (const [, name] of readFileSync(join(folder, file), 'utf8').matchAll(PACKAGE))
        packages.add(name);
  return `${[...packages].map((name) => `import '${name}';`).join('\n')}
const end = () => process.exit();
process.once('disconnect', end);
process.once('message', () => {
  process.off('disconnect', end);
  process.channel?.unref();
  void import('./apps/cli/main.js');
});
`;
}

const isScript = (file) => file.endsWith('.js') && !/dashboard|generated/.test(file);
