import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { CronExpressionParser } from 'cron-parser';
import { Calendar, WEEK_STARTS, zoneProblem } from '#libs/contracts';
import { LOOPBACK, addressList } from './addresses.js';
import { eventNames, healthWeights, retryDelays, roleNames, traitKeys } from './lists.js';
import { oidcProblems, oidcSettings } from './oidc.js';
import { readMailFrom } from './mail-from.js';
import { publicUrlProblem } from './public-url.js';
import { addressProblem, hasParameter, withHost } from './service-addresses.js';

/** More threads gain little: reading the facts and writing the lists are left to one. */
const MOST_THREADS = 4;

const whole = (low: number, high: number) => {
  const message = `must be a whole number from ${low} to ${high}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= low && value <= high, message);
};

/** An address with a user name and a password. Refuses one with unencoded characters that would be misread. */
const secretUrl = (schemes: string[], example: string) =>
  z.string().transform((value, context) => {
    const problem = addressProblem(value, schemes, example);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    return withHost(value);
  });

const url = (schemes: string[]) =>
  z
    .string()
    .refine(
      (value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)) && URL.canParse(value),
      `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );

const truth = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');

const cron = z
  .string()
  .refine(
    (value) => isCron(value),
    'must be a cron expression of five or six fields, such as "0 * * * *"',
  );

const timeZone = z.string().superRefine((value, context) => {
  const problem = zoneProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

// Validates without parsing: settings stay plain values, since they are sent to the worker process.
const proxies = z
  .string()
  .refine(
    (value) => addressList(value) !== undefined,
    'must be a comma-separated list of addresses or CIDRs, such as 10.0.0.0/8, or "none"',
  );

const publicUrl = z.string().superRefine((value, context) => {
  const problem = publicUrlProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});
const databaseUrl = secretUrl(
  ['postgres', 'postgresql'],
  'postgresql://user:password@host:5432/database',
).refine(
  (value) => !hasParameter(value, 'schema'),
  'must not have ?schema=: insightd uses the first schema of the search path. Give it a database of its own, ' +
    'or set the search path of its role: "alter role … set search_path = …"',
);

const known = z.object({
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().min(1, 'must not be empty').default('127.0.0.1'),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_DIRECT_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: whole(3, 500).default(12),
  ENGINE_THREADS: whole(1, 16).default(Math.min(availableParallelism(), MOST_THREADS)),
  DATABASE_STATEMENT_SECONDS: whole(1, 600).default(10),
  DATABASE_SILENCE_SECONDS: whole(5, 3_600).default(30),
  INSIGHTD_DATA_DIR: z.string().min(1, 'must not be empty').default('.data'),
  REDIS_URL: secretUrl(['redis', 'rediss'], 'redis://user:password@host:6379').optional(),
  INSIGHTD_API_KEY: z
    .string()
    .regex(
      /^[!-~]{16,}$/,
      'must have at least 16 characters: ASCII letters, digits and punctuation, no spaces',
    )
    .optional(),
  REPORT_CRON: cron.default('0 * * * *'),
  REPORT_TIME_ZONE: timeZone.optional(),
  WEEK_START: z.enum(WEEK_STARTS, { error: `must be ${WEEK_STARTS.join(', ')}` }).default('monday'),
  SNAPSHOTS_HOURLY: whole(1, 10_000).default(24),
  SNAPSHOTS_DAILY: whole(1, 10_000).default(62),
  SNAPSHOTS_WEEKLY: whole(0, 10_000).default(58),
  READ_RATE_LIMIT: whole(1, 1_000_000).default(100),
  INGEST_CONCURRENCY: whole(1, 64).default(2),
  INGEST_QUEUE: whole(1, 10_000_000).default(50_000),
  INGEST_MEMORY_MIB: whole(32, 65_536).default(128),
  TRUSTED_PROXIES: proxies.default(LOOPBACK),
  PUBLIC_URL: publicUrl.optional(),
  ...oidcSettings,
  AUDIT_DAYS: whole(1, 3_650).default(365),
  INVITEE_HASH_KEY: z
    .string()
    .regex(
      /^[0-9a-f]{64}$/i,
      'must be 64 hexadecimal digits, such as `openssl rand -hex 32` prints',
    )
    .optional(),
  MCP_PERSONAL_DATA: truth.default(true),
  OUTBOUND_ALLOW_PRIVATE: truth.default(false),
  SMTP_URL: secretUrl(['smtp', 'smtps'], 'smtp://user:password@mail.example.com:587').optional(),
  MAIL_FROM: z
    .string()
    .refine(
      (value) => readMailFrom(value) !== undefined,
      'must be an e-mail address such as insightd@example.com or Acme reports <insightd@example.com>',
    )
    .optional(),
  USER_TRAITS: traitKeys.default([]),
  ORG_TRAITS: traitKeys.default([]),
  TRACKING_IGNORE: eventNames.default([]),
  OWNER_ROLES: roleNames.default(['Owner']),
  HEALTH_WEIGHTS: healthWeights.default({ adoption: 40, frequency: 25, trend: 20, recency: 15 }),
  DELIVERY_RETRY_SECONDS: retryDelays.default([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]),
  IDENTITY_DAYS: whole(30, 3_650).default(30),
  DEAD_LETTER_DAYS: whole(1, 3_650).default(30),
  DEAD_LETTER_MAX_MB: whole(2, 1_000_000).default(256),
  PROPELAUTH_API_KEY: z.string().min(1, 'must not be empty').optional(),
  PROPELAUTH_AUTH_URL: url(['https', 'http']).optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    })
    .default('info'),
});

/** The names of all settings except the webhook secrets: the sources define those. */
export const SETTING_NAMES: readonly string[] = Object.keys(known.shape);

/** Pairs of a setting and another one that it requires. */
const BESIDE = [
  ['DATABASE_DIRECT_URL', 'DATABASE_URL'],
  ['PROPELAUTH_API_KEY', 'PROPELAUTH_AUTH_URL'],
  ['PROPELAUTH_AUTH_URL', 'PROPELAUTH_API_KEY'],
  ['SMTP_URL', 'MAIL_FROM'],
  ['MAIL_FROM', 'SMTP_URL'],
] as const;

const settings = known.superRefine((given, context) => {
  for (const [name, other] of BESIDE) {
    if (given[name] === undefined || given[other] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [name], message: `requires ${other} as well` });
  }
  for (const [name, message] of oidcProblems(given)) {
    context.addIssue({ code: 'custom', path: [name], message });
  }
});

/** All `…_WEBHOOK_SECRET` variables by name. The sources know which of them exist and check their form. */
type WebhookSecrets = Record<'WEBHOOK_SECRETS', Record<string, string>>;

export type Settings = z.output<typeof settings> & WebhookSecrets;

const WEBHOOK_SECRET = /^[A-Z0-9_]+_WEBHOOK_SECRET$/;

/** Injection token of the checked settings. */
export const SETTINGS = Symbol('settings');

/** The calendar of the settings. @param given its zone is that of the store, once that has been read */
export function calendarOf(given: Partial<Settings>): Calendar {
  return new Calendar(given.REPORT_TIME_ZONE, given.WEEK_START);
}

/** An invalid setting; the message names it and says what is valid. */
export class SettingsError extends Error {}

/**
 * Reads and checks all settings from the environment; an empty variable counts as unset.
 * @throws SettingsError that names each invalid setting
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = settings.safeParse(Object.fromEntries(given));
  if (parsed.success) return { ...parsed.data, WEBHOOK_SECRETS: webhookSecrets(given) };
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
  throw new SettingsError(lines.join('\n'));
}

function webhookSecrets(given: [string, string | undefined][]): Record<string, string> {
  const secrets = given.filter(([name]) => WEBHOOK_SECRET.test(name));
  return Object.fromEntries(secrets.map(([name, value]) => [name, value ?? '']));
}

function isCron(value: string): boolean {
  try {
    CronExpressionParser.parse(value, { tz: 'UTC' });
    // Refuses H: cron-parser would pick a random moment for it at every check.
    return value.trim().split(/\s+/).length >= 5 && !/\bH\b/i.test(value);
  } catch {
    return false;
  }
}
