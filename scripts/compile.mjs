// Compiles sources in seconds, file by file and without checking types, for `npm run dev` and `npm test -- unit`.
// `npm run check` checks types.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformFile } from '@swc/core';

const OPTIONS = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2023',
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

/** Whether a file is compiled to dist/. @param file its path inside `apps`, `libs` or `bench` */
export function isSource(file) {
  return file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('dashboard');
}

/** Compiles files to dist/. @throws SyntaxError with the position when a source is not valid TypeScript */
export async function compile(files) {
  const compiled = await Promise.all(
    files.map(async (file) => [file, (await transformFile(file, OPTIONS)).code]),
  );
  // The incremental build information of tsc no longer matches the output.
  if (compiled.length > 0) rmSync('dist/.tsbuildinfo', { force: true });
  for (const [file, code] of compiled) {
    const target = targetOf(file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

/** The sources that are newer than their output or have none. */
export function changedSources() {
  return ['apps', 'libs', 'bench'].flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter(isSource)
      .map((file) => join(folder, file))
      .filter((file) => !existsSync(targetOf(file)) || mtime(file) > mtime(targetOf(file))),
  );
}

function mtime(file) {
  return statSync(file).mtimeMs;
}

function targetOf(file) {
  return join('dist', file.replace(/\.ts$/, '.js'));
}
