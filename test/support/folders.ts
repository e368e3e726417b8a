import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The test's own data folder. */
export interface DataFolder {
  path: string;
  /** The possible folders of its data: this one or, as root, one that PostgreSQL's user can enter. */
  places: string[];
  /** PostgreSQL's `postmaster.pid` in the folder; undefined when no server runs or it was shut down cleanly. */
  postmasterFile: () => string | undefined;
  /** The process id in that file. */
  postmaster: () => number | undefined;
  remove: () => Promise<void>;
}

export async function makeDataFolder(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'insightd-data-'));
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 16);
  const places = [path, join('/var/lib/insightd', digest)];
  const files = places.map((place) => join(place, 'postgres', 'postmaster.pid'));
  const postmasterFile = () => files.find((file) => existsSync(file));
  return {
    path,
    places,
    postmasterFile,
    postmaster: () => {
      const file = postmasterFile();
      return file === undefined ? undefined : Number(readFileSync(file, 'utf8').split('\n')[0]);
    },
    remove: async () => {
      for (const place of places) await rm(place, { recursive: true, force: true });
    },
  };
}

/** A data folder that begins as a copy of another one without running processes. */
export async function copyDataFolder({ places }: DataFolder): Promise<DataFolder> {
  const copy = await makeDataFolder();
  for (const [index, place] of places.entries()) {
    if (!existsSync(place)) continue;
    await rm(copy.places[index]!, { recursive: true, force: true });
    // Keeps the owner, who may be PostgreSQL's user.
    await promisify(execFile)('cp', ['-a', place, copy.places[index]!]);
  }
  return copy;
}
