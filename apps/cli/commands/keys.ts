import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { KEY_NAME_RULE, KEY_SCOPES_RULE, keyName, keyScopes, readTime } from '#libs/contracts';
import { Database } from '#libs/database';
import { KeysService, databaseNow, type KeyInfo, type NewKey, type Settings } from '#libs/platform';
import { recordCommand } from '../audit.js';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

/** Creates, lists and revokes API keys. */
export async function keys(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [], action);
}

type Action = (context: INestApplicationContext) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list':
      return list;
    case 'create': {
      const options = createOptions(rest);
      return (context) => create(context, options);
    }
    case 'revoke': {
      const [id] = rest;
      if (id === undefined) throw new UsageError('Name the id of the key to revoke.');
      return (context) => revoke(context, id);
    }
    default:
      throw new UsageError('keys needs one of list, create, revoke.');
  }
}

async function list(context: INestApplicationContext): Promise<void> {
  const all = await context.get(KeysService).list();
  if (all.length === 0) print('There are no keys yet.');
  const now = await nowOf(context);
  for (const key of all) print(line(key, now));
}

function line({ keyId, name, scopes, createdAt, lastUsedAt, ...key }: KeyInfo, now: number) {
  const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'not used';
  return [
    ...[keyId, name, scopes.join(','), `created ${createdAt.toISOString()}`, used],
    stateOf(key, now),
  ].join('  ');
}

function stateOf({ revokedAt, expiresAt }: Pick<KeyInfo, 'revokedAt' | 'expiresAt'>, now: number) {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (!expiresAt) return 'live';
  const time = expiresAt.toISOString();
  return expiresAt.getTime() <= now ? `expired ${time}` : `live until ${time}`;
}

async function create(context: INestApplicationContext, wanted: NewKey): Promise<void> {
  const { name, scopes, expiresAt } = wanted;
  if (expiresAt !== undefined && expiresAt <= (await nowOf(context)))
    throw new UsageError('--expires must be in the future.');
  const { key, keyId } = await context.get(KeysService).create(wanted);
  const expires_at = expiresAt === undefined ? null : Math.floor(expiresAt / 1000);
  const details = { name, scopes: [...scopes], expires_at };
  await recordCommand(context, { action: 'key.created', target: keyId, details });
  print(key);
}

async function revoke(context: INestApplicationContext, id: string): Promise<void> {
  if (!(await context.get(KeysService).revoke(id, new Date(await nowOf(context)))))
    throw new Error(`There is no live key with the id ${id}.`);
  await recordCommand(context, { action: 'key.revoked', target: id });
  print(`The key ${id} is revoked.`);
}

function nowOf(context: INestApplicationContext): Promise<number> {
  return databaseNow(context.get(Database).pool);
}

function createOptions(args: string[]): NewKey {
  const given = parsed(args);
  const name = keyName(given.name);
  if (name === undefined)
    throw new UsageError(`keys create needs --name NAME: it ${KEY_NAME_RULE}.`);
  const words = [...(given.scopes ?? []), ...(given.scope ?? [])].join(',').split(',');
  const scopes = keyScopes(words.map((scope) => scope.trim()));
  if (!scopes) throw new UsageError(`keys create needs --scopes SCOPES: they ${KEY_SCOPES_RULE}.`);
  return { name, scopes, expiresAt: expiryOf(given.expires) };
}

/** Milliseconds since 1970. */
function expiryOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = readTime(text);
  if ('problem' in time) throw new UsageError(`--expires ${time.problem}.`);
  return time.ms;
}

const WORDS = { type: 'string', multiple: true } as const;
const OPTIONS = {
  name: { type: 'string' },
  scopes: WORDS,
  scope: WORDS,
  expires: { type: 'string' },
} as const;

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
