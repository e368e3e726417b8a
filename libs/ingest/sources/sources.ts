import { readdir } from 'node:fs/promises';
import type { Source } from './source.js';

/** All sources: every folder next to this file with a `source.js`. */
export class Sources {
  private constructor(private readonly byName: ReadonlyMap<string, Source>) {}

  static async load(): Promise<Sources> {
    const here = new URL('.', import.meta.url);
    const found = await readdir(here, { recursive: true });
    const folders = found
      .map((path) => /^([^\\/]+)[\\/]source\.js$/.exec(path)?.[1])
      .filter((folder) => folder !== undefined)
      .sort();
    const sources = new Map<string, Source>();
    for (const folder of folders) {
      const address = new URL(`${folder}/source.js`, here).href;
      const { source } = (await import(address)) as { source?: Source };
      if (source?.name !== folder)
        throw new Error(`sources/${folder}/source.ts must export a source named ${folder}.`);
      sources.set(folder, source);
    }
    return new Sources(sources);
  }

  get(name: string): Source | undefined {
    return this.byName.get(name);
  }

  all(): Source[] {
    return [...this.byName.values()];
  }

  /** The names of the sources whose messages are ordered by arrival. */
  orderedByArrival(): string[] {
    const ordered = this.all().filter(({ isOrderedByArrival }) => isOrderedByArrival);
    return ordered.map(({ name }) => name);
  }
}
