import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';
import { SETTINGS, type Settings } from '../config/index.js';

type Fields = Record<string, string | number | boolean | null | undefined>;

/**
 * One JSON object a line, on standard error. Fields are named one by one by the caller: bodies,
 * headers and whole errors of a database (which quote values) are never passed in.
 */
@Injectable()
export class Logger implements LoggerService {
  private readonly pino: Pino;

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
    this.pino.warn(typeof fields === 'object' ? fields : {}, message);
  }

  error(message: string, fields?: Fields | string): void {
    this.pino.error(typeof fields === 'object' ? fields : {}, message);
  }
}

/** What may be logged of an error: its kind and code, and its message unless a database wrote it. */
export function describeError(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const fromDatabase = 'severity' in error || error.name.startsWith('Prisma');
  return { error: error.name, code, reason: fromDatabase ? undefined : error.message };
}
