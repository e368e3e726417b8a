import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { SETTING_NAMES } from '../../libs/platform/config/index.js';

interface Service {
  environment?: Record<string, string>;
  ports?: string[];
  mem_limit?: string;
}

const { services } = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};
/** Settings that the image sets, and settings of the embedded PostgreSQL, which it does not have. */
const NOT_PASSED = ['HOST', 'PORT', 'INSIGHTD_DATA_DIR'];

const README = readFileSync('README.md', 'utf8');

test('Compose passes every setting to the api and the workers', () => {
  const secrets = [...README.matchAll(/^\| `([A-Z]+_WEBHOOK_SECRET)`/gm)].map((found) => found[1]!);
  const sources = readdirSync('libs/ingest/sources', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'demo' && entry.name !== 'tracking')
    .map(({ name }) => `${name.toUpperCase()}_WEBHOOK_SECRET`);
  expect(secrets.sort()).toEqual(sources.sort());
  const expected = SETTING_NAMES.filter((name) => !NOT_PASSED.includes(name)).concat(secrets);
  for (const role of ['api', 'worker']) {
    const { environment = {} } = services[role]!;
    expect(Object.keys(environment).sort()).toEqual(expected.sort());
    for (const [name, value] of Object.entries(environment)) expect(value).toMatch(`\${${name}:-`);
  }
});

test('the README has every setting', () => {
  const named = [...README.matchAll(/^\| `([A-Z_]+)` /gm)].map((found) => found[1]);
  expect(named).toEqual(expect.arrayContaining([...SETTING_NAMES]));
});

test('Compose limits memory, opens one port on loopback only, and sets a Redis password', () => {
  for (const { mem_limit } of Object.values(services))
    expect(mem_limit).toMatch(/^\$\{.*:-\d+[gm]\}$/);
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports).toEqual(['${PUBLISH_ON:-127.0.0.1}:${PORT:-3000}:3000']);
  expect(services['redis']!.environment).toHaveProperty('REDISCLI_AUTH');
  expect(services['api']!.environment!['REDIS_URL']).toContain('redis://:${REDIS_PASSWORD:-');
});
