import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';
import { Repeats } from './repeats.js';
import { SETTINGS, type Settings } from '../config/index.js';

type Fields = Record<string, string | number | boolean | null | undefined>;

/**
 * One JSON object a line, on standard error. Fields are named one by one by the caller: bodies,
 * headers and whole errors of a database (which quote values) are never passed in. Warnings and errors that
 * repeat are written once a minute, with `repeated` for how often that was.
 */
@Injectable()
export class Logger implements LoggerService {
  private readonly pino: Pino;
  private readonly repeats = new Repeats();

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'LOG_LEVEL'>) {
    this.pino = pino(
      { level: settings.LOG_LEVEL, base: null },
      pino.destination({ fd: 2, sync: true }),
    );
  }

  info(message: string, fields: Fields = {}): void {
    this.pino.info(fields, message);
  }

  /** Nest's own lines about modules and routes. */
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

/** What may be logged of an error: its kind and code, and its message unless a database wrote it. */
export function describeError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const fromDatabase = 'severity' in error || error.name.startsWith('Prisma');
  return { error: error.name, code, reason: fromDatabase ? undefined : error.message };
}
