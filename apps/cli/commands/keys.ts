import { parseArgs } from 'node:util';
import { KEY_NAME_RULE, KEY_SCOPES_RULE, keyName, keyScopes, type Scope } from '#libs/contracts';
import { Database } from '#libs/database';
import { KeysService, databaseNow, type Settings } from '#libs/platform';
import { inContext } from '../context.js';
import { UsageError } from '../usage.js';

/** Creates, lists and revokes API keys. */
export async function keys(args: string[], settings: Settings): Promise<void> {
  const action = actionOf(args);
  await inContext(settings, [], (context) =>
    action(context.get(KeysService), context.get(Database)),
  );
}

type Action = (keys: KeysService, database: Database) => Promise<void>;

/** The parsed arguments, checked before the store is opened. */
function actionOf([verb = '', ...rest]: string[]): Action {
  switch (verb) {
    case 'list':
      return list;
    case 'create': {
      const options = createOptions(rest);
      return async (service) => print((await service.create(options)).key);
    }
    case 'revoke': {
      const [id] = rest;
      if (id === undefined) throw new UsageError('Name the id of the key to revoke.');
      return (service, database) => revoke(service, database, id);
    }
    default:
      throw new UsageError('keys needs one of list, create, revoke.');
  }
}

async function list(service: KeysService): Promise<void> {
  const all = await service.list();
  if (all.length === 0) print('There are no keys yet.');
  for (const { keyId, name, scopes, createdAt, revokedAt } of all) {
    const state = revokedAt ? `revoked ${revokedAt.toISOString()}` : 'live';
    print([keyId, name, scopes.join(','), `created ${createdAt.toISOString()}`, state].join('  '));
  }
}

async function revoke(service: KeysService, database: Database, id: string): Promise<void> {
  if (!(await service.revoke(id, new Date(await databaseNow(database.pool)))))
    throw new Error(`There is no live key with the id ${id}.`);
  print(`The key ${id} is revoked.`);
}

function createOptions(args: string[]): { name: string; scopes: Scope[] } {
  const given = parsed(args);
  const name = keyName(given.name);
  if (name === undefined)
    throw new UsageError(`keys create needs --name NAME: it ${KEY_NAME_RULE}.`);
  const scopes = keyScopes((given.scopes ?? '').split(',').map((scope) => scope.trim()));
  if (!scopes) throw new UsageError(`keys create needs --scopes SCOPES: they ${KEY_SCOPES_RULE}.`);
  return { name, scopes };
}

function parsed(args: string[]): { name?: string; scopes?: string } {
  try {
    return parseArgs({ args, options: { name: { type: 'string' }, scopes: { type: 'string' } } })
      .values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
