/** Something that has to be let go of. */
export interface Closable {
  close(): Promise<void>;
}

/** Takes note of something opened, and hands it back. */
export type Open = <R extends Closable>(opening: Promise<R>) => Promise<R>;

/** Runs `work`; what it opened is closed at the end, however it ends, the last first. */
export async function closing<T>(work: (open: Open) => Promise<T>): Promise<T> {
  const opened: Closable[] = [];
  try {
    return await work(async (opening) => {
      const resource = await opening;
      opened.push(resource);
      return resource;
    });
  } finally {
    for (const resource of opened.reverse()) await resource.close();
  }
}
