import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { childEnvironment } from '../environment.js';

/** Starts oidc-provider. It ends with this process. */
export async function startProvider(
  redirectUri: string,
): Promise<{ issuer: string; close: () => void }> {
  const child = fork('test/support/oidc/provider.mjs', [redirectUri], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    env: childEnvironment(),
    execArgv: [],
  });
  const killAtEnd = () => void child.kill('SIGKILL');
  process.once('exit', killAtEnd);
  const [issuer] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const close = () => {
    process.off('exit', killAtEnd);
    child.kill();
  };
  return { issuer, close };
}

/** Signs in at the pages of oidc-provider and consents. */
export async function signInAtProvider(page: Page, address: string): Promise<void> {
  await page.locator('input[name=login]').fill(address);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}
