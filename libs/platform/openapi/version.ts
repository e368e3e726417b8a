import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#libs/database';

/** The version of insightd. */
export function packageVersion(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
