import { readFileSync } from 'node:fs';

const STOP_WITHIN_MS = 30_000;
const LOOK_MS = 500;

let stopping = false;
/** The shutdown action; undefined until one is registered. */
let begin = (_reason: string): void => process.exit(1);

/** Whether this process is shutting down: errors are then a consequence of that. */
export function isStopping(): boolean {
  return stopping;
}

/** Ends this process when its parent is gone; must be called first. */
export function endWithParent(): void {
  const watched = ancestors(Number(process.env['INSIGHTD_PARENT_PID'] ?? 0));
  const timer = setInterval(() => {
    if (watched.every(isAlive)) return;
    clearInterval(timer);
    begin('the process that started this one is gone');
  }, LOOK_MS);
  timer.unref();
}

/**
 * Runs `stop` once at SIGINT or SIGTERM, or when the parent process is gone, and ends the process. A second
 * signal, or a timeout of 30 seconds, ends it at once.
 * @param say logs the reason
 */
export function stopWhenAsked(stop: () => Promise<void>, say: (reason: string) => void): void {
  begin = (reason: string) => {
    if (stopping) process.exit(1);
    say(reason);
    stopOnce(stop);
  };
  process.on('SIGINT', () => begin('interrupted'));
  process.on('SIGTERM', () => begin('terminated'));
}

/**
 * Runs `stop` once and ends the process when the parent disconnects, or at SIGTERM. SIGINT is ignored: a terminal
 * also sends it to the parent, which then disconnects.
 */
export function stopWithParent(parentIsGone: Promise<unknown>, stop: () => Promise<void>): void {
  const end = () => {
    if (stopping) return;
    stopOnce(stop);
  };
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', end);
  void parentIsGone.then(end);
}

/** Runs `stop` once and ends the process with code 1, so that it is started again. */
export function stopForRestart(stop: () => Promise<void>): void {
  if (!stopping) stopOnce(stop, 1);
}

function stopOnce(stop: () => Promise<void>, code = 0): void {
  stopping = true;
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  stop().then(
    () => process.exit(code),
    () => process.exit(1),
  );
}

/**
 * The processes whose end also ends this one: its parent, if known, and the parent of a shell that npm started
 * in between.
 */
function ancestors(parent: number): number[] {
  if (parent <= 1) return [];
  const between = /^\d+ \((?:sh|bash|dash)\) \S (\d+)/.exec(statOf(parent));
  return between ? [parent, Number(between[1])] : [parent];
}

/** The line of a process in /proc on Linux; '' elsewhere. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
