import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { waitFor } from './api.js';
import { childEnvironment } from './environment.js';
import { type TestProcess } from './service.js';

const MAIN = 'dist/apps/cli/main.js';

/** Waits until a process has written a line that contains `text` to standard error. */
export function says(started: TestProcess, text: string, withinMs?: number): Promise<string> {
  return waitFor(() => started.log.find((line) => line.includes(text)), withinMs);
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs `insightd <args>` to its end. @param main the script of another build */
export async function runInsightd(
  args: string[],
  environment: Record<string, string>,
  main = MAIN,
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...childEnvironment(), PORT: '0', ...environment },
  });
  return ending(child);
}

/** Waits for the end of a process and collects its output. */
export async function ending(child: ChildProcess): Promise<Ended> {
  const killAtEnd = () => void child.kill('SIGKILL');
  process.once('exit', killAtEnd);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data) => (stdout += String(data)));
  child.stderr?.on('data', (data) => (stderr += String(data)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  process.off('exit', killAtEnd);
  return { code, signal, stdout, stderr };
}

export interface Found {
  pid: number;
  command: string;
}

/**
 * Every process of a service on one of these folders: with the folder in its arguments or environment, or as its
 * working directory, like PostgreSQL's processes.
 */
export function processesOf(folders: readonly string[]): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: textOf(name, 'cmdline').replaceAll('\0', ' ') }))
    .filter(({ pid }) => {
      const text = textOf(pid, 'cmdline') + textOf(pid, 'environ') + folderOf(pid);
      return folders.some((folder) => text.includes(folder));
    });
}

/** Waits until no process of these folders is left. @throws Error that names the remaining ones */
export async function nothingIsLeft(folders: readonly string[], withinMs = 10_000): Promise<void> {
  const look = () => (processesOf(folders).length === 0 ? true : undefined);
  await waitFor(look, withinMs).catch(() => {
    throw new Error(`left behind: ${JSON.stringify(processesOf(folders))}`);
  });
}

export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(textOf(pid, 'stat'));
}

function textOf(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
