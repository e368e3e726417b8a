import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from './environment.js';
import { runInsightd, type Ended } from './processes.js';

/** A folder for the files of a test's imports, and `insightd import` on one store. */
export class Imports {
  private constructor(
    private readonly folder: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** @param environment further settings of the process */
  static async into(
    databaseUrl: string,
    environment: Record<string, string> = {},
  ): Promise<Imports> {
    const folder = await mkdtemp(join(tmpdir(), 'insightd-import-'));
    return new Imports(folder, { DATABASE_URL: databaseUrl, ...environment });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFile(this.path(name), content);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Runs `insightd import` to its end; file names are relative to the folder. */
  run(...args: string[]): Promise<Ended> {
    return runInsightd(this.command(args), this.environment);
  }

  /** Starts an import that the test stops. */
  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, ['dist/apps/cli/main.js', ...this.command(args)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...childEnvironment(), ...this.environment },
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private command(args: string[]): string[] {
    return [
      'import',
      ...args.map((arg) => (/\.(csv|ndjson|gz)$/.test(arg) ? this.path(arg) : arg)),
    ];
  }
}

/** The number of a row of a summary. */
export function printedCount({ stdout }: Ended, name: string): number {
  const line = stdout.split('\n').find((one) => one.startsWith(name));
  return line === undefined ? 0 : Number(/ {2,}([\d,]+)/.exec(line)![1]!.replaceAll(',', ''));
}

/** Events as NDJSON. */
export function lines(events: readonly unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
