/**
 * Where an embedded PostgreSQL runs and keeps its cluster. PostgreSQL refuses to run as root, so
 * as root it runs as the user `postgres`; where that user cannot enter the folders of this
 * installation (a clone in /root, a temporary folder of root's), both go to /var/lib/insightd.
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
  /** PostgreSQL's bin/. */
  bin: string;
  /** The data directory, not yet made at the first start. */
  cluster: string;
  /** Whom PostgreSQL runs as, when not as ourselves. */
  owner?: { uid: number; gid: number };
}

/** @param dataDir an absolute path; made when it is not there */
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

/** Where the cluster of `dataDir` is kept: there, unless the user `postgres` cannot get there. */
export function clusterFolder(dataDir: string): string {
  if (userInfo().uid !== 0 || isOpen(dataDir)) return dataDir;
  return join(SHARED_HOME, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

/** A data folder that does not say that its cluster was moved is a new one: what is there was left behind. */
function moveTo(folder: string, movedFile: string): void {
  if (!existsSync(movedFile)) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const path of [SHARED_HOME, folder]) chmodSync(path, 0o711);
  writeFileSync(movedFile, `The user ${USER} cannot enter this folder: the data is in ${folder}\n`);
}

/** Whether everybody may enter each folder on the way to a path, and the path itself. */
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
    // Another process was faster.
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
