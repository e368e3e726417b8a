import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cloneDatabase, dropDatabase } from '../../support/database.js';
import { childEnvironment } from '../../support/environment.js';
import { Api } from '../../support/api.js';
import { TEST_KEY, startProcess, startTestService, testSettings } from '../../support/service.js';

let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await cloneDatabase();
});
afterAll(() => dropDatabase(databaseUrl));

/** Starts the service with settings that it must refuse. @returns its exit code and output */
function start(environment: Record<string, string>): Promise<{ code: unknown; said: string }> {
  const settings = { PORT: '0', ...testSettings(databaseUrl), ...environment };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/apps/cli/main.js', 'all'],
      { env: { ...childEnvironment(), ...settings }, timeout: 30_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => resolve({ code: error?.code, said: stdout + stderr }),
    );
  });
}

/** A line that is a message about the setting, not a stack trace. */
function sentenceAbout(name: string): RegExp {
  return new RegExp(`^${name} \\w.*\\.$`, 'm');
}

const WRONG: Record<string, string[]> = {
  PORT: ['http', '70000', '-1', '80.5'],
  REPORT_CRON: ['hourly', '61 * * * *', '* * *'],
  REPORT_TIME_ZONE: ['Mars/Olympus', '+02:00', 'New York'],
  WEEK_START: ['Monday', 'tuesday'],
  DATABASE_URL: ['mysql://user:hidden@localhost/x', 'localhost'],
  DATABASE_DIRECT_URL: ['mysql://user:hidden@localhost/x', 'localhost'],
  REDIS_URL: ['http://user:hidden@localhost', 'localhost:6379'],
  INSIGHTD_API_KEY: ['hidden'],
  READ_RATE_LIMIT: ['0', 'many'],
  INGEST_QUEUE: ['-5'],
  INGEST_CONCURRENCY: ['some'],
  INGEST_MEMORY_MIB: ['31'],
  TRUSTED_PROXIES: ['localhost', '10.0.0.0/33'],
  PUBLIC_URL: ['hidden.example.com', 'https://x.example/api/', 'https://x.example/?hidden=1'],
  OUTBOUND_ALLOW_PRIVATE: ['yes'],
  SMTP_URL: ['http://user:hidden@localhost', 'localhost:25'],
  MAIL_FROM: ['hidden', 'a@b.example, c@d.example'],
  SNAPSHOTS_HOURLY: ['0'],
  SNAPSHOTS_DAILY: ['1.5'],
  SNAPSHOTS_WEEKLY: ['-1'],
  IDENTITY_DAYS: ['29'],
  USER_TRAITS: ['two words', 'plan,,seats', 'x'.repeat(65), 'größe'],
  ORG_TRAITS: [',', 'plan,*'],
  TRACKING_IGNORE: ['Heartbeat,,Debug', ' , '],
  OWNER_ROLES: ['Owner,,Admin', ','],
  HEALTH_WEIGHTS: ['40,25,20', '0,0,0,0', '40,25,20,-15', '10001,1,1,1'],
  LOG_LEVEL: ['loud'],
  PROPELAUTH_AUTH_URL: ['hidden.example.com'],
};

// A start takes seconds, so each one has as many wrong values as possible.
test.each([0, 1, 2, 3])(
  'every wrong setting gets a message of its own, and an empty one is ignored (values %i)',
  async (column) => {
    const given = Object.entries(WRONG).map(([name, values]) => [name, values[column] ?? '']);
    const { code, said } = await start(Object.fromEntries(given) as Record<string, string>);
    expect(code).toBe(1);
    for (const [name, value] of given) {
      if (value === '') expect(said).not.toContain(name);
      else expect(said).toMatch(sentenceAbout(name!));
    }
    expect(said).not.toContain('hidden');
    expect(said).not.toMatch(/^\s+at /m);
  },
);

test('a store keeps the time zone of its first start, and a start with another one stops and says why', async () => {
  const zone = 'America/New_York';
  const first = await startTestService({ REPORT_TIME_ZONE: zone }, 'api');
  try {
    const { code, said } = await start({
      ...{ DATABASE_URL: first.databaseUrl, REPORT_TIME_ZONE: 'Europe/Paris' },
    });
    expect(code).toBe(1);
    expect(said).toContain(`has its days in ${zone}, and REPORT_TIME_ZONE is Europe/Paris`);
    // A start without the setting takes the store's.
    const again = await startProcess('api', testSettings(first.databaseUrl));
    const { body } = await new Api(again.origin, TEST_KEY).get('/api/insights/v1/summary');
    await again.stop();
    expect(body).toMatchObject({ time_zone: zone, week_start: 'monday' });
  } finally {
    await first.close();
  }
});

test('a direct address without the ordinary one stops the start with a message that names it', async () => {
  const direct = 'postgresql://user:hidden@localhost/x';
  const { code, said } = await start({ DATABASE_URL: '', DATABASE_DIRECT_URL: direct });
  expect(code).toBe(1);
  expect(said).toMatch(sentenceAbout('DATABASE_DIRECT_URL'));
  expect(said).not.toContain('hidden');
});

test('a signing secret of the wrong form stops the start with a message that names it', async () => {
  const { code, said } = await start({
    ...{ CLERK_WEBHOOK_SECRET: 'whsec_hidden!', WORKOS_WEBHOOK_SECRET: 'hidden from all' },
    STANDARD_WEBHOOK_SECRET: `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'},`,
    // The port of another program.
    STRIPE_WEBHOOK_SECRET: 'hidden',
  });
  expect(code).toBe(1);
  for (const name of ['CLERK', 'WORKOS', 'STANDARD'])
    expect(said).toMatch(sentenceAbout(`${name}_WEBHOOK_SECRET`));
  expect(said).not.toContain('STRIPE');
  expect(said).not.toContain('hidden');
  expect(said).not.toMatch(/^\s+at /m);
});

test('a source key without its address stops the start with a message that names it', async () => {
  const { code, said } = await start({ PROPELAUTH_API_KEY: 'hidden' });
  expect(code).toBe(1);
  expect(said).toMatch(sentenceAbout('PROPELAUTH_API_KEY'));
  expect(said).not.toContain('hidden');
});

test('a port in use stops the start with a message that names it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  try {
    const { port } = taken.address() as { port: number };
    const { code, said } = await start({ PORT: String(port) });
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`PORT|port ${port}`));
    expect(said).not.toMatch(/^\s+at /m);
  } finally {
    taken.close();
  }
});
