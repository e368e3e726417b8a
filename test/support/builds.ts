import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copy of the build that a test can change into another version of insightd. */
export interface Build {
  /** The script that starts its commands. */
  main: string;
  /** Runs `npm run schema` of the copy, or its check. */
  schemaScript: string;
  /** Adds a migration, as a newer version does. */
  addMigration: (name: string, sql: string) => void;
  /** Changes a file. */
  edit: (path: string, change: (text: string) => string) => void;
  remove: () => void;
}

export function copyBuild(): Build {
  const folder = mkdtempSync(join(tmpdir(), 'insightd-build-'));
  for (const part of ['dist', 'prisma', 'scripts', 'package.json'])
    cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    main: join(folder, 'dist/apps/cli/main.js'),
    schemaScript: join(folder, 'scripts/schema.mjs'),
    addMigration: (name, sql) => {
      const path = join(folder, 'prisma/migrations', name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'migration.sql'), sql);
    },
    edit: (path, change) => {
      const file = join(folder, path);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
