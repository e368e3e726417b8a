import { parseArgs } from 'node:util';
import { SessionsService, type Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

/** Ends sessions of the dashboard. */
export async function sessions(args: string[], settings: Settings): Promise<void> {
  const keyId = keyOf(args);
  await inContext(settings, [], async (context) => {
    const ended = await context.get(SessionsService).endAll(keyId);
    await recordCommand(context, { action: 'sessions.ended', target: keyId, details: { ended } });
    process.stdout.write(`${ended} ${ended === 1 ? 'session' : 'sessions'} ended.\n`);
  });
}

/** The id of the key to end the sessions of; undefined for all. Checked before the store is opened. */
function keyOf([verb, ...rest]: string[]): string | undefined {
  if (verb !== 'end') throw new UsageError('sessions needs end.');
  const { all = false, key } = parsed(rest);
  if (all === (key !== undefined)) {
    throw new UsageError('sessions end needs either --all or --key ID.');
  }
  return key;
}

function parsed(args: string[]): { all?: boolean; key?: string } {
  try {
    return parseArgs({ args, options: { all: { type: 'boolean' }, key: { type: 'string' } } })
      .values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
