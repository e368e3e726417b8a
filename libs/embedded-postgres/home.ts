/**
 * The folders of an embedded PostgreSQL: its programs and its cluster. PostgreSQL refuses to run as root. When
 * insightd runs as root, it starts PostgreSQL as the user `postgres`. What that user cannot reach (programs in a clone
 * in /root, a cluster in a temporary folder of root) goes to /var/lib/insightd instead.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { findBinaries } from './binaries.js';

const SHARED_HOME = '/var/lib/insightd';
const USER = 'postgres';
const MOVED_FILE = 'postgres.moved';

export interface Home {
  /** The folder of PostgreSQL's programs. */
  bin: string;
  /** PostgreSQL's data directory. It does not exist before the first start. */
  cluster: string;
  /** The user that PostgreSQL runs as, when it is not the user of this process. */
  owner?: { uid: number; gid: number };
}

/** Prepares the folders of an embedded PostgreSQL. @param dataDir an absolute path; created when it does not exist */
export function prepareHome(dataDir: string): Home {
  const { native, version } = findBinaries();
  const isNew = mkdirSync(dataDir, { recursive: true }) !== undefined;
  if (userInfo().uid !== 0) return { bin: join(native, 'bin'), cluster: join(dataDir, 'postgres') };
  if (isNew) chmodSync(dataDir, 0o711);
  const owner = postgresUser();
  const home = isOpen(join(native, 'bin', 'postgres')) ? native : copied(native, version);
  const folder = clusterFolder(dataDir);
  if (folder !== dataDir) moveTo(folder, join(dataDir, MOVED_FILE));
  return { bin: join(home, 'bin'), cluster: join(folder, 'postgres'), owner };
}

/** The folder of the cluster of `dataDir`: `dataDir` itself, unless the user `postgres` cannot enter it. */
export function clusterFolder(dataDir: string): string {
  if (userInfo().uid !== 0 || isOpen(dataDir)) return dataDir;
  return join(SHARED_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

/**
 * Prepares a cluster folder outside of the data folder. Without `movedFile` the data folder is new, so an existing
 * cluster folder is a leftover and is deleted.
 */
function moveTo(folder: string, movedFile: string): void {
  if (!existsSync(movedFile)) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of [SHARED_HOME, folder]) chmodSync(path, 0o711);
  writeFileSync(movedFile, `The user ${USER} cannot enter this folder: the data is in ${folder}\n`);
}

/** Whether all users may enter a path and each folder above it. */
function isOpen(path: string): boolean {
  const open = (statSync(path).mode & 0o001) !== 0;
  return open && (path === dirname(path) || isOpen(dirname(path)));
}

function copied(native: string, version: string): string {
  const home = join(SHARED_HOME, `postgresql-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(SHARED_HOME, { recursive: true });
  const unfinished = `${home}.${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  try {
    renameSync(unfinished, home);
  } catch {
    // Another process has already created the copy.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return home;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, USER], { stdio: 'pipe' }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', USER], {
      stdio: 'pipe',
    });
    return { uid: id('-u'), gid: id('-g') };
  }
}
