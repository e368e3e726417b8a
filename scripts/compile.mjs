// Compiles sources file by file and without types, in seconds: `npm run dev` and `npm test -- unit`. `npm run check` looks at types.
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

/** Whether a file, named from its room's folder on, is compiled to dist/. */
export function isSource(file) {
  return file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('dashboard');
}

/** @throws SyntaxError, with the place, for a source that is not TypeScript */
export async function compile(files) {
  const compiled = await Promise.all(
    files.map(async (file) => [file, (await transformFile(file, OPTIONS)).code]),
  );
  // What tsc knows of its output is no longer true.
  if (compiled.length > 0) rmSync('dist/.tsbuildinfo', { force: true });
  for (const [file, code] of compiled) {
    const target = targetOf(file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}

/** Sources that are newer than their output. */
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
