import { isatty } from 'node:tty';
import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';
import { Repeats } from './repeats.js';
import { SETTINGS, type Settings } from '../config/index.js';

type Fields = Record<string, string | number | boolean | null | undefined>;

/**
 * Writes one JSON object per line to standard error, or plain text when that is a terminal. Callers name each field:
 * never pass bodies, headers or whole database errors, which quote values. A repeated warning or error is written once
 * a minute; `repeated` counts the omitted ones.
 */
@Injectable()
export class Logger implements LoggerService {
  private readonly pino: Pino;
  private readonly repeats = new Repeats();

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'LOG_LEVEL'>) {
    const destination = isTerminal(2)
      ? { write: (line: string) => void process.stderr.write(plainLine(line)) }
      : pino.destination({ fd: 2, sync: true });
    this.pino = pino({ level: settings.LOG_LEVEL, base: null }, destination);
  }

  info(message: string, fields: Fields = {}): void {
    this.pino.info(fields, message);
  }

  /** Receives Nest's own lines about modules and routes. */
  log(message: string): void {
    this.pino.debug(message);
  }

  debug(message: string): void {
    this.pino.debug(message);
  }

  warn(message: string, fields?: Fields | string): void {
    this.limited('warn', message, fields);
  }

  error(message: string, fields?: Fields | string): void {
    this.limited('error', message, fields);
  }

  private limited(level: 'warn' | 'error', message: string, given?: Fields | string): void {
    const fields = typeof given === 'object' ? given : {};
    const line = `${message} ${JSON.stringify(fields)}`;
    const { isWritten, dropped } = this.repeats.admit(message, line, performance.now());
    if (!isWritten) return;
    this.pino[level]({ ...fields, ...(dropped > 0 && { repeated: dropped }) }, message);
  }
}

const LEVELS = new Map([
  [40, 'warning: '],
  [50, 'error: '],
]);

/** Formats a log line for a terminal: the UTC time, the message and the fields. @param json pino's line */
function plainLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const details = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}`);
  const inBrackets = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${clock} ${LEVELS.get(Number(level)) ?? ''}${String(msg)}${inBrackets}\n`;
}

/** Whether a file descriptor is a terminal. */
export function isTerminal(descriptor: 1 | 2): boolean {
  return isatty(descriptor);
}

/** The fields of an error that may be logged: its name, its code, and its message unless it comes from the database. */
export function describeError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const fromDatabase = 'severity' in error || error.name.startsWith('Prisma');
  return { error: error.name, code, reason: fromDatabase ? undefined : error.message };
}
