/** Something that must be closed. */
export interface Closable {
  close(): Promise<void>;
}

/** Registers an opened resource and returns it. */
export type Open = <R extends Closable>(opening: Promise<R>) => Promise<R>;

/** Runs `work` and then closes the resources that it registered, the last first, also after an error. */
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
