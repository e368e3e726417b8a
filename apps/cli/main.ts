#!/usr/bin/env node
// Of the platform the settings alone: all of it takes a second to load, and a container asks for its
// health every ten.
import { SettingsError, readSettings } from '#libs/platform/config';
import { health } from './commands/health.js';
import { endWithParent, isStopping } from './shutdown.js';
import { UsageError } from './usage.js';

const USAGE = `insightd <command>

  all                 answer HTTP and work, in two processes
  api                 answer HTTP only
  worker              work only: report runs, charts, schedules
  migrate             bring the database up to date and end
  demo                all, on a store of its own with a demo company in it
  import ndjson FILE  bring in native events, one a line; - reads standard input
  import csv [users|orgs|memberships|activity|invites] FILE
                      bring in rows; both take --dry-run, --rejected FILE, --source NAME,
                      csv --as-of TIME as well
  import propelauth   import what PropelAuth's API provides; continues where an earlier
                      import stopped, unless --from-start
  keys list           show the API keys
  keys create --name NAME --scopes read,ingest,admin
                      make a key; it is shown once
  keys revoke ID      end a key for good
  sessions end --all | --key ID
                      sign out everyone, or those who signed in with a key
  deadletters list [--sender NAME] [--limit N]
                      show rejected events with what was wrong, newest first
  deadletters show ID
                      show one as it came
  deadletters replay ID... | --all
                      try rejected events again
  deadletters export [--file FILE]
                      write them all, a line of JSON each
  runs list [--limit N]
                      show the report runs, the newest first
  runs withdraw ID    take a run back for good: it is served no more
  health              ask the service at HOST and PORT whether it is ready

Settings are environment variables; the README lists them.`;

type Command = (args: string[]) => Promise<void>;

// Each brings its own parts, after the settings are checked: an errand need not load a whole service.
const role = (name: 'all' | 'api' | 'worker') => async () => {
  const settings = readSettings();
  await (await import('./commands/run.js')).run(name, settings);
};

/** Those that go on until they are asked to stop. */
const SERVICES: Record<string, Command> = {
  all: role('all'),
  api: role('api'),
  worker: role('worker'),
  demo: async () => {
    const settings = readSettings();
    await (await import('./commands/demo.js')).demo(settings);
  },
};
/** Those that end when they are done. */
const COMMANDS: Record<string, Command> = {
  migrate: async () => {
    const settings = readSettings();
    await (await import('./commands/migrate.js')).migrateStore(settings);
  },
  import: async (args) => {
    const settings = readSettings();
    await (await import('./commands/import.js')).importPast(args, settings);
  },
  keys: async (args) => {
    const settings = readSettings();
    await (await import('./commands/keys.js')).keys(args, settings);
  },
  sessions: async (args) => {
    const settings = readSettings();
    await (await import('./commands/sessions.js')).sessions(args, settings);
  },
  deadletters: async (args) => {
    const settings = readSettings();
    await (await import('./commands/deadletters.js')).deadLetters(args, settings);
  },
  runs: async (args) => {
    const settings = readSettings();
    await (await import('./commands/runs.js')).runs(args, settings);
  },
  health: () => health(readSettings()),
};

const [name = '', ...args] = process.argv.slice(2);

if (['help', '--help', '-h'].includes(name)) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

endWithParent();
try {
  if (Object.hasOwn(SERVICES, name)) await SERVICES[name]!(args);
  else if (Object.hasOwn(COMMANDS, name)) {
    await COMMANDS[name]!(args);
    // Idle timers of the migration engine would hold the process for ten seconds more.
    process.exit();
  } else throw new UsageError(name === '' ? 'Name a command.' : `There is no command ${name}.`);
} catch (error) {
  if (!isStopping()) fail(error);
}

function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  if (error instanceof SettingsError) return `A setting cannot be used:\n${error.message}`;
  if (!(error instanceof Error)) return 'insightd ended for an unknown reason.';
  const cause = error.cause instanceof Error ? ` (${error.cause.message || error.cause.name})` : '';
  return `${error.message}${cause}`;
}
