import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Home } from './home.js';

const LINES_KEPT = 20;
/** Signals that stop PostgreSQL, and how long to wait after each. */
const STOP_SIGNALS = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 1_000],
] as const;
const ANSWER_MS = 5_000;
const RETRY_MS = 250;
/** Recovery after a power cut may take minutes. */
const STARTS_WITHIN_MS = 5 * 60_000;
const WRONG_PASSWORD = '28P01';
const DATABASE = 'insightd';
const USER = 'postgres';

const MIB = 2 ** 20;

/**
 * An eighth of the memory, between 128 MB and 2 GB; only the part in use takes real memory. The profiles and
 * memberships of a million users are half a gigabyte, and each page of a report looks up ten of them at random.
 */
function sharedBuffers(memory: number): string {
  return `${Math.round(Math.min(Math.max(memory / 8 / MIB, 128), 2_048))}MB`;
}

// Statements can contain personal data, so even failed ones stay out of the log.
const FLAGS = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_min_error_statement: 'panic',
  shared_buffers: sharedBuffers(totalmem()),
  max_wal_size: '2GB',
  max_connections: '200',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** A PostgreSQL server on one cluster. Restarts whenever it ends unexpectedly. */
export class EmbeddedServer {
  private process: ChildProcess | undefined;
  private stopping = false;
  private readonly recentLines: string[] = [];

  constructor(
    private readonly home: Home,
    private readonly password: string,
    private readonly port: number,
  ) {}

  get url(): string {
    return this.address(DATABASE);
  }

  /** The last output lines of PostgreSQL's programs, to explain a failure. */
  get lastWords(): string {
    return this.recentLines.join('\n');
  }

  /** Creates the cluster at the first start, starts PostgreSQL and waits until it answers. */
  async start(): Promise<void> {
    if (!existsSync(this.home.cluster)) await this.initialise();
    if (this.stopping) throw new Error('stopped while it was starting');
    await this.launch();
    await this.createDatabase();
  }

  /** Stops PostgreSQL and its connections. */
  async stop(): Promise<void> {
    this.stopping = true;
    const server = this.process;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    // At SIGINT, PostgreSQL waits for all of its processes, even for a suspended one that never ends.
    for (const [signal, ms] of STOP_SIGNALS) {
      server.kill(signal);
      if (await endsSoon(server, ms)) return;
    }
    await ended;
  }

  /** Creates the cluster in a temporary folder and then moves it, so an interruption leaves no partial cluster. */
  private async initialise(): Promise<void> {
    const { cluster, owner } = this.home;
    const unfinished = `${cluster}.new`;
    const passwordFile = join(unfinished, '..', 'initdb.password');
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    if (owner) for (const path of [unfinished, passwordFile]) chownSync(path, owner.uid, owner.gid);
    const initdb = this.run('initdb', [
      `--pgdata=${unfinished}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ]);
    const [code] = (await once(initdb, 'exit')) as [number | null];
    rmSync(passwordFile);
    if (code !== 0) throw new Error('initdb failed');
    renameSync(unfinished, cluster);
  }

  private async launch(): Promise<void> {
    const server = this.run('postgres', [
      '-D',
      this.home.cluster,
      '-p',
      String(this.port),
      ...FLAGS,
    ]);
    this.process = server;
    const watcher = watch(server);
    let ended = false;
    server.once('exit', () => {
      ended = true;
      watcher?.kill('SIGKILL');
    });
    const giveUpAt = performance.now() + STARTS_WITHIN_MS;
    while (!(await this.answers())) {
      if (ended) throw new Error('PostgreSQL ended while it was starting');
      if (performance.now() > giveUpAt) throw new Error('PostgreSQL does not answer');
      await delay(RETRY_MS);
    }
    const revive = () => void this.revive();
    if (ended) revive();
    else server.once('exit', revive);
  }

  /** Retries until PostgreSQL runs: the backends of a killed server hold its shared memory for a moment. */
  private async revive(): Promise<void> {
    while (!this.stopping) {
      try {
        await delay(RETRY_MS);
        if (!this.stopping) return await this.launch();
      } catch {
        // `lastWords` has the reason. The next attempt may succeed.
      }
    }
  }

  private run(program: string, args: string[]): ChildProcess {
    const child = spawn(join(this.home.bin, program), args, {
      ...this.home.owner,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      // Excludes insightd's settings, since some are secrets.
      env: { PATH: process.env['PATH'], SYSTEMROOT: process.env['SYSTEMROOT'], LC_ALL: 'C' },
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => this.keepLines(data));
    child.on('error', (error) => this.keepLines(error.message));
    return child;
  }

  private keepLines(output: unknown): void {
    this.recentLines.push(...String(output).trim().split('\n'));
    this.recentLines.splice(0, Math.max(0, this.recentLines.length - LINES_KEPT));
  }

  private address(database: string): string {
    return `postgresql://${USER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  private async answers(): Promise<boolean> {
    return this.ask('select 1').then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof pg.DatabaseError) || error.code !== WRONG_PASSWORD) return false;
        throw new Error(
          'the password in postgres.password does not match the data in the same folder',
        );
      },
    );
  }

  private async createDatabase(): Promise<void> {
    const { rowCount } = await this.ask(`select from pg_database where datname = '${DATABASE}'`);
    if (rowCount === 0) await this.ask(`create database ${DATABASE}`);
  }

  private async ask(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client({
      connectionString: this.address(USER),
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Whether a process ends within `ms` milliseconds. */
function endsSoon(child: ChildProcess, ms: number): Promise<boolean> {
  return once(child, 'exit', { signal: AbortSignal.timeout(ms) }).then(
    () => true,
    () => false,
  );
}

/** Stops PostgreSQL even when the supervisor is killed: `read` in the shell ends when the supervisor's pipe closes. */
function watch({ pid }: ChildProcess): ChildProcess | undefined {
  if (process.platform === 'win32' || pid === undefined) return undefined;
  const script = `read -r _; kill -INT ${pid} 2>/dev/null`;
  const watcher = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.unref();
  return watcher;
}
