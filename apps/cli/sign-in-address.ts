import type { INestApplicationContext } from '@nestjs/common';
import {
  Clock,
  Logger,
  SETTINGS,
  SessionsService,
  describeError,
  isTerminal,
  readPublicUrl,
  type Settings,
} from '#libs/platform';

/**
 * The address that a browser opens, without the slash at its end: PUBLIC_URL, else one that a browser on this machine
 * can open, also when the service listens on all of its addresses.
 * @param publicUrl the setting
 */
export function browserAddress(listening: string, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return readPublicUrl(publicUrl).href.slice(0, -1);
  const url = new URL(listening);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost';
  return url.origin;
}

/** Whether a person started this process: both of its outputs are a terminal. */
export const isForPeople = (): boolean => isTerminal(1) && isTerminal(2);

/** The address of the dashboard that signs its reader in, once, within 15 minutes. */
export function signInAddress(base: string, code: string): string {
  return `${base}/#code=${code}`;
}

/** What a person in a terminal reads when the service is ready. */
export async function welcome(app: INestApplicationContext, listening: string): Promise<string> {
  const base = browserAddress(listening, app.get<Settings>(SETTINGS).PUBLIC_URL);
  const code = await offerCode(app);
  const address = code === undefined ? `${base}/` : signInAddress(base, code);
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
    `The API is described at ${base}/docs. Ctrl-C stops insightd.`,
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
