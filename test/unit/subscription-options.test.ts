import { describe, expect, test } from '@jest/globals';
import { newSubscription } from '../../apps/cli/commands/subscriptions/new-subscription.js';

const CHURN = ['--name', 'Quiet', '--report', 'org/churn', '--interval', '30'];
const HOOK = ['--webhook', 'https://example.com/hook'];

describe('the options of subscriptions add', () => {
  test('give a subscription, by default to both changes of every run', () => {
    expect(newSubscription([...CHURN, ...HOOK])).toEqual({
      json: false,
      given: {
        ...{ name: 'Quiet', report: 'org/churn', interval: '30', change: 'both', paused: false },
        schedule: { every: 'run' },
        target: { kind: 'webhook', url: 'https://example.com/hook' },
      },
    });
  });

  test('give a schedule, conditions and several addresses', () => {
    const more = ['--weekly', 'monday', '--change', 'left', '--paused', '--json'];
    const where = ['--where', '[["trait.plan","set"]]', '--email', 'a@x.example, b@x.example'];
    expect(newSubscription([...CHURN, ...more, ...where])).toMatchObject({
      json: true,
      given: {
        ...{ change: 'left', paused: true, where: [['trait.plan', 'set']] },
        schedule: { weekly: 'monday', at: '09:00' },
        target: { kind: 'email', to: ['a@x.example', 'b@x.example'] },
      },
    });
  });

  test.each<[string[], string]>([
    [CHURN, 'needs one of --webhook URL, --slack URL, --email TO'],
    [[...CHURN, ...HOOK, '--slack', 'https://x.example'], 'needs one of --webhook URL'],
    [[...CHURN, '--webhook', 'ftp://x.example'], '--webhook must be an address'],
    [[...CHURN, '--email', 'a@x.example,b'], '--email must be an e-mail address'],
    [[...CHURN, ...HOOK, '--interval', '31'], '--interval must be one of 7, 14, 30 for org/churn'],
    [[...CHURN, ...HOOK, '--daily', '9:00'], '--daily must be'],
    [[...CHURN, ...HOOK, '--daily', '09:00', '--weekly', 'monday'], 'either --daily or --weekly'],
    [[...CHURN, ...HOOK, '--at', '09:00'], '--at goes with --weekly'],
    [[...CHURN, ...HOOK, '--where', 'plan'], '--where must be'],
    [HOOK, '--name must have'],
  ])('%j are refused with the option', (args, message) => {
    expect(() => newSubscription(args)).toThrow(message);
  });
});
