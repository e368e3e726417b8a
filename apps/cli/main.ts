#!/usr/bin/env node
// Only the settings of the platform: loading all of it takes a second, and a container checks its health
// every ten seconds.
import { SettingsError, readSettings } from '#libs/platform/config';
import { health } from './commands/health.js';
import { endWithParent, isStopping } from './shutdown.js';
import { UsageError } from './usage.js';

const USAGE = `insightd <command>

  all                 run an api and a worker, in two processes
  api                 answer HTTP
  worker              make report runs and chart data on schedule
  migrate             apply the missing migrations and exit
  distribute          spread the facts over the nodes of Citus and exit
  demo                like all, on a separate store with a demo company
  import ndjson FILE  import native events, one per line; - reads standard input
  import csv [users|orgs|memberships|activity|invites] FILE
                      import rows; both accept --dry-run, --rejected FILE, --source NAME,
                      csv also --as-of TIME
  import propelauth   import from PropelAuth's API; continues an interrupted import,
                      unless --from-start
  export person ID [--file FILE]
                      write everything kept about a user, as one JSON document
  export store [--file FILE]
                      write the whole store; import ndjson reads it into an empty one
  keys list           list the API keys
  keys create --name NAME --scopes read,ingest,track,erase,admin [--expires TIME]
                      create a key; it is shown only once
  keys revoke ID      revoke a key permanently
  sessions end --all | --key ID
                      sign out all users, or those who signed in with a key
  segments list       list the saved segments
  segments add --name NAME --subject user|org --where JSON
                      save a segment; prints its id
  segments remove ID  remove a saved segment
  subscriptions list [--json]
                      list the subscriptions, with their states
  subscriptions show ID [--json]
                      show one
  subscriptions add --name NAME --report org/churn --interval 30
                    --webhook URL | --slack URL | --email TO,...
                    [--daily HH:MM | --weekly DAY --at HH:MM] [--change entered|left]
                    [--where JSON] [--segment ID] [--paused] [--json]
                      send the changes of a report, by default with every run; prints the
                      id, and the secret of a webhook once
  subscriptions pause ID | resume ID | remove ID
                      stop for a time, go on, or remove it with its deliveries
  subscriptions test ID
                      send a test message and wait for its result
  subscriptions deliveries ID [--limit N] [--json]
                      list what was sent, newest first
  subscriptions replay ID DELIVERY
                      send a delivery again that was given up
  deadletters list [--sender NAME] [--limit N]
                      list rejected events with the reasons, newest first
  deadletters show ID
                      show one, with its original body
  deadletters replay ID... | --all
                      process rejected events again
  deadletters export [--file FILE]
                      write all of them, one JSON line each
  runs list [--limit N]
                      list the report runs, newest first
  runs withdraw ID    withdraw a run permanently: it is no longer served
  backtest [--as-of DAY]
                      print how well the health of a past day predicted churn
  backtest --fit [--days N]
                      propose weights of the health score; changes nothing.
                      Both accept --json
  exclusions list     list who is excluded from every number
  exclusions add --domain DOMAIN | --user ID | --org ID
                      exclude more; *.example.com means the subdomains
  exclusions remove --domain DOMAIN | --user ID | --org ID | --all
                      include them again
  health              check whether the service at HOST and PORT is ready

Settings are environment variables; the README lists them.`;

type Command = (args: string[]) => Promise<void>;

// Each command imports its own modules, after the settings are checked: a short command must not load a whole service.
const role = (name: 'all' | 'api' | 'worker') => async () => {
  const settings = readSettings();
  await (await import('./commands/run.js')).run(name, settings);
};

/** Commands that run until a signal stops them. */
const SERVICES: Record<string, Command> = {
  all: role('all'),
  api: role('api'),
  worker: role('worker'),
  demo: async () => {
    const settings = readSettings();
    await (await import('./commands/demo.js')).demo(settings);
  },
};
/** Commands that exit when they are done. */
const COMMANDS: Record<string, Command> = {
  migrate: async () => {
    const settings = readSettings();
    await (await import('./commands/migrate.js')).migrateStore(settings);
  },
  distribute: async () => {
    const settings = readSettings();
    await (await import('./commands/distribute.js')).distributeStore(settings);
  },
  import: async (args) => {
    const settings = readSettings();
    await (await import('./commands/import.js')).importPast(args, settings);
  },
  export: async (args) => {
    const settings = readSettings();
    await (await import('./commands/export.js')).exportData(args, settings);
  },
  keys: async (args) => {
    const settings = readSettings();
    await (await import('./commands/keys.js')).keys(args, settings);
  },
  sessions: async (args) => {
    const settings = readSettings();
    await (await import('./commands/sessions.js')).sessions(args, settings);
  },
  segments: async (args) => {
    const settings = readSettings();
    await (await import('./commands/segments.js')).segments(args, settings);
  },
  subscriptions: async (args) => {
    const settings = readSettings();
    await (await import('./commands/subscriptions.js')).subscriptions(args, settings);
  },
  deadletters: async (args) => {
    const settings = readSettings();
    await (await import('./commands/deadletters.js')).deadLetters(args, settings);
  },
  runs: async (args) => {
    const settings = readSettings();
    await (await import('./commands/runs.js')).runs(args, settings);
  },
  backtest: async (args) => {
    const settings = readSettings();
    await (await import('./commands/backtest.js')).backtest(args, settings);
  },
  exclusions: async (args) => {
    const settings = readSettings();
    await (await import('./commands/exclusions.js')).exclusions(args, settings);
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
    // Idle timers of the migration engine would keep the process alive for ten more seconds.
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
