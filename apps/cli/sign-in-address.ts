import type { INestApplicationContext } from '@nestjs/common';
import { Clock, Logger, SessionsService, describeError, isTerminal } from '#libs/platform';

/** An address that a browser on this machine can open, also when the service listens on all of them. */
export function browserOrigin(listening: string): string {
  const url = new URL(listening);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost';
  return url.origin;
}

/** Whether a person started this process: both of its outputs are a terminal. */
export const isForPeople = (): boolean => isTerminal(1) && isTerminal(2);

/** The address of the dashboard that signs its reader in, once, within 15 minutes. */
export function signInAddress(origin: string, code: string): string {
  return `${origin}/#code=${code}`;
}

/** What a person in a terminal reads when the service is ready. */
export async function welcome(app: INestApplicationContext, listening: string): Promise<string> {
  const origin = browserOrigin(listening);
  const code = await offerCode(app);
  const address = code === undefined ? `${origin}/` : signInAddress(origin, code);
  const note =
    code === undefined
      ? 'Sign in with an API key.'
      : 'It signs you in once, within 15 minutes. Later, sign in with an API key.';
  return [
    '',
    'insightd is ready. Open the dashboard:',
    '',
    `  ${address}`,
    '',
    note,
    `The API is described at ${origin}/docs. Ctrl-C stops insightd.`,
    '',
  ].join('\n');
}

/** Undefined where nothing can be written, as on a standby, or where no key may read. */
async function offerCode(app: INestApplicationContext): Promise<string | undefined> {
  try {
    return await app.get(SessionsService).offerOperatorCode(app.get(Clock).now());
  } catch (error) {
    app.get(Logger).warn('no sign-in address could be made', describeError(error));
    return undefined;
  }
}
