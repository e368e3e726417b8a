import { SettingsError, type Settings } from '#libs/platform';
import { isWebhook, type Source } from './source.js';
import type { Sources } from './sources.js';

type SecretSettings = Pick<Settings, 'WEBHOOK_SECRETS'>;

/** The name of the setting with a source's signing secrets. */
export function secretSetting(source: Pick<Source, 'name'>): string {
  return `${source.name.toUpperCase().replaceAll('-', '_')}_WEBHOOK_SECRET`;
}

/** The signing secrets of a source: none, one, or several during a rotation. */
export function secretsOf(source: Pick<Source, 'name'>, settings: SecretSettings): string[] {
  const value = settings.WEBHOOK_SECRETS[secretSetting(source)];
  return value === undefined ? [] : value.split(',').map((secret) => secret.trim());
}

/** The names of the sources with a configured webhook. */
export function configuredWebhooks(sources: Sources, settings: SecretSettings): Set<string> {
  const expected = sources.all().filter((source) => secretsOf(source, settings).length > 0);
  return new Set(expected.map(({ name }) => name));
}

/**
 * Checks all signing secrets.
 * @returns settings of this form that belong to no source: another program's, or misspelt
 * @throws SettingsError naming each setting with an invalid secret
 */
export function checkSecrets(sources: Sources, settings: SecretSettings): string[] {
  const webhooks = new Map(sources.all().map((source) => [secretSetting(source), source]));
  const problems: string[] = [];
  const strays: string[] = [];
  for (const setting of Object.keys(settings.WEBHOOK_SECRETS)) {
    const source = webhooks.get(setting);
    if (!source || !isWebhook(source)) {
      strays.push(setting);
      continue;
    }
    const problem = secretsOf(source, settings)
      .map((secret) => source.secretProblem(secret))
      .find((found) => found !== undefined);
    if (problem !== undefined) problems.push(`${setting} ${problem}.`);
  }
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return strays;
}
