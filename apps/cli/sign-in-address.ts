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
 * The address for a browser, without a trailing slash: PUBLIC_URL, else one that a browser on this machine can
 * open, even when the service listens on all addresses.
 * @param publicUrl the setting
 */
export function browserAddress(listening: string, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return readPublicUrl(publicUrl).href.slice(0, -1);
  const url = new URL(listening);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = 'localhost';
  return url.origin;
}

/** Whether a person started this process: both outputs are a terminal. */
export const isForPeople = (): boolean => isTerminal(1) && isTerminal(2);

/** The address of the dashboard with a sign-in code, valid once within 15 minutes. */
export function signInAddress(base: string, code: string): string {
  return `${base}/#code=${code}`;
}

/** The message for a person in a terminal when the service is ready. */
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

/** A sign-in code; undefined where the store is read-only, as on a standby, or no key has the scope `read`. */
async function offerCode(app: INestApplicationContext): Promise<string | undefined> {
  try {
    return await app.get(SessionsService).offerOperatorCode(app.get(Clock).now());
  } catch (error) {
    app.get(Logger).warn('no sign-in address could be made', describeError(error));
    return undefined;
  }
}
