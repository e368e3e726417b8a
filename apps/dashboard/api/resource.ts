import { useEffect, useState } from 'preact/hooks';
import { Failure, get } from './client.js';

/** What a path of the API holds, as far as it is known by now. */
export interface Resource<T> {
  /** The last that came; while another path is read, still that of the one before. */
  data?: T;
  failure?: Failure;
  loading: boolean;
  reload: () => void;
}

/** Reads a path of the API, and again when it changes; nothing while it is undefined. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'reload'>>({ loading: path !== undefined });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const abandon = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    get<T>(path, abandon.signal).then(
      (data) => abandon.signal.aborted || setState({ data, loading: false }),
      (failure: Failure) => abandon.signal.aborted || setState({ failure, loading: false }),
    );
    return () => abandon.abort();
  }, [path, turn]);
  return { ...state, reload: () => setTurn((before) => before + 1) };
}
