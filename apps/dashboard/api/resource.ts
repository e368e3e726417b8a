import { useEffect, useState } from 'preact/hooks';
import { get, type Failure } from './client.js';

/** The data of a path of the API, and the state of loading it. */
export interface Resource<T> {
  /** The latest data; while another path is loading, the data of the previous path. */
  data?: T | undefined;
  failure?: Failure | undefined;
  loading: boolean;
  reload: () => void;
}

interface Known<T> {
  /** Identifies the request of this data; undefined when it must be loaded again. */
  path?: string | undefined;
  data?: T;
  failure?: Failure;
}

/** Loads a path of the API, and again when the path changes; loads nothing while it is undefined. */
export function useResource<T>(path: string | undefined): Resource<T> {
  return useLoaded(path, (signal) => get<T>(path!, signal));
}

/** Loads several paths of the API as one: their data changes together. */
export function useResources<T>(paths: readonly string[]): Resource<readonly T[]> {
  return useLoaded(paths.join(' '), (signal) =>
    Promise.all(paths.map((path) => get<T>(path, signal))),
  );
}

function useLoaded<T>(
  path: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [known, setKnown] = useState<Known<T>>({});
  const loading = path !== undefined && known.path !== path;
  useEffect(() => {
    if (!loading) return;
    const abandon = new AbortController();
    load(abandon.signal).then(
      (data) => abandon.signal.aborted || setKnown({ path, data }),
      (failure: Failure) => abandon.signal.aborted || setKnown({ path, failure }),
    );
    return () => abandon.abort();
  }, [path, loading]);
  const reload = () => setKnown((before) => ({ ...before, path: undefined }));
  return { data: known.data, failure: loading ? undefined : known.failure, loading, reload };
}
