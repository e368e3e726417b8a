// Collects the files that the container image adds to its base: node scripts/image.mjs FOLDER
// These are the build, the migrations, and the packages that the build does not bundle, without files that no process
// reads.
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const MOST_BYTES = 60e6;
const PARTS = [
  ...['package.json', 'LICENSE', 'prisma/schema.prisma', 'prisma/migrations'],
  ...['dist/apps', 'dist/libs', 'dist/node_modules'],
];
const UNREAD = /\.(?:map|md|markdown|d\.[cm]?ts|tsbuildinfo)$/i;

const [target] = process.argv.slice(2);
if (!target) fail('Name a folder: node scripts/image.mjs FOLDER');
if (!existsSync('dist/apps/cli/main.js')) fail('Nothing is built: run "npm run setup" first.');
rmSync(target, { recursive: true, force: true });
for (const part of PARTS) copy(part);
for (const folder of packagesOf('.')) copy(folder);

const bytes = readdirSync(target, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
const size = `${(bytes / 1e6).toFixed(1)} MB above the base image`;
if (bytes > MOST_BYTES) fail(`${size}: more than ${MOST_BYTES / 1e6} MB.`);
process.stdout.write(`${size}\n`);

function copy(path) {
  cpSync(path, join(target, path), { recursive: true, filter: (file) => !UNREAD.test(file) });
}

/** The folders of all direct and indirect dependencies of a package, without optional and peer dependencies. */
function packagesOf(folder, found = new Set()) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const path = find(name, folder);
    if (found.has(path)) continue;
    found.add(path);
    packagesOf(path, found);
  }
  return found;
}

/** Finds a package as Node does: in the folder's own node_modules, then in those of its parent folders. */
function find(name, folder) {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (existsSync(path)) return path;
    if (relative('.', at).split(sep)[0] === '') fail(`${name} is not installed.`);
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
