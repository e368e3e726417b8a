import { useEffect, useState } from 'preact/hooks';
import { get, type Failure } from './client.js';

/** What a path of the API holds, as far as it is known by now. */
export interface Resource<T> {
  /** The last that came; while another path is read, still that of the one before. */
  data?: T | undefined;
  failure?: Failure | undefined;
  loading: boolean;
  reload: () => void;
}

interface Known<T> {
  /** Of which reading this is; undefined when it has to be read again. */
  path?: string | undefined;
  data?: T;
  failure?: Failure;
}

/** Reads a path of the API, and again when it changes; nothing while it is undefined. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [known, setKnown] = useState<Known<T>>({});
  const loading = path !== undefined && known.path !== path;
  useEffect(() => {
    if (!loading) return;
    const abandon = new AbortController();
    get<T>(path, abandon.signal).then(
      (data) => abandon.signal.aborted || setKnown({ path, data }),
      (failure: Failure) => abandon.signal.aborted || setKnown({ path, failure }),
    );
    return () => abandon.abort();
  }, [path, loading]);
  const reload = () => setKnown((before) => ({ ...before, path: undefined }));
  return { data: known.data, failure: loading ? undefined : known.failure, loading, reload };
}
