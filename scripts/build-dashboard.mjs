// Builds dist/apps/dashboard: the web page, with its assets also compressed by gzip and Brotli.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const ASSETS = 'dist/apps/dashboard/assets';

await build({ configFile: 'apps/dashboard/vite.config.mjs', logLevel: 'warn' });
for (const name of readdirSync(ASSETS)) {
  const file = join(ASSETS, name);
  const content = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content));
}
