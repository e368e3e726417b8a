import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ERROR_STATUS, EVENT_TYPES, REPORTS } from '#libs/contracts';

const read = (file: string): string => readFileSync(file, 'utf8');
const readme = read('README.md');
const usage = spawnSync(process.execPath, ['dist/apps/cli/main.js'], { encoding: 'utf8' }).stderr;

test('the README lists every setting with its default', () => {
  const source = read('libs/platform/config/index.ts');
  const settings = [...source.matchAll(/^ {2}([A-Z_]+): .*$/gm)].map((match) => match[1]!);
  expect(settings.length).toBeGreaterThan(10);
  for (const name of settings) expect(readme).toContain(`\n| \`${name}\``);
  for (const [, name, value] of source.matchAll(/^ {2}([A-Z_]+): .*\.default\(([\d_]+)\)/gm)) {
    expect(readme).toMatch(new RegExp(`\\| \`${name}\` +\\| ${value!.replaceAll('_', '')} `));
  }
});

test('the README lists every command of the usage text', () => {
  const commands = [
    ...usage.matchAll(
      /^ {2}([a-z]+(?: list| create| revoke| show| replay| export| withdraw)?)\b/gm,
    ),
  ];
  expect(commands.length).toBeGreaterThan(8);
  for (const [, command] of commands) expect(readme).toContain(`| \`${command}`);
});

test('the documents define every event and every report', () => {
  for (const type of EVENT_TYPES) expect(read('docs/events.md')).toContain(`| \`${type}\``);
  for (const [subject, reports] of Object.entries(REPORTS)) {
    for (const [report, intervals] of Object.entries(reports)) {
      expect(read('docs/semantics.md')).toContain(
        `| ${subject} ${report} (${(intervals as readonly string[]).join(', ')})`,
      );
    }
  }
});

test('the documents list every error code', () => {
  const text = read('docs/insights-api.md');
  for (const code of Object.keys(ERROR_STATUS)) expect(text).toContain(`\`${code}\``);
});

test('the files that the container files use exist', () => {
  const dockerfile = read('Dockerfile');
  const compose = read('docker-compose.yml');
  const called = [...(dockerfile + compose).matchAll(/(?:CMD|command:) \[['"](api|worker)['"]\]/g)];
  expect(called.map((match) => match[1])).toEqual(['api', 'api', 'worker']);
  for (const [, role] of called) expect(usage).toMatch(new RegExp(`^ {2}${role} `, 'm'));
  expect(dockerfile).toContain('CMD ["node", "dist/apps/cli/main.js", "health"]');
  expect(usage).toMatch(/^ {2}health /m);
  for (const [, file] of dockerfile.matchAll(/\/app\/([\w.]+)/g)) {
    if (file !== 'dist' && file !== 'node_modules') {
      expect(execFileSync('git', ['ls-files', file!], { encoding: 'utf8' })).not.toBe('');
    }
  }
});
