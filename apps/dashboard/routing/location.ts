import { useEffect, useState } from 'preact/hooks';
import { BASE, outside } from './base.js';
import { arrive, leaveFor } from './scroll.js';

/** The current address. It decides everything that the page shows, so addresses can be shared. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

/** The path and the query of the current address, without the base. */
export function placeNow(): string {
  const { pathname, search } = location;
  return (pathname.startsWith(BASE) ? `/${pathname.slice(BASE.length)}` : '/') + search;
}

const listeners = new Set<() => void>();
window.addEventListener('popstate', ({ state }) => {
  arrive(state as Parameters<typeof arrive>[0]);
  notify();
});

export function usePlace(): Place {
  const [url, setUrl] = useState(placeNow);
  useEffect(() => {
    const listen = () => setUrl(placeNow());
    listeners.add(listen);
    return () => void listeners.delete(listen);
  }, []);
  const [path, query] = url.split(/\?(.*)/s);
  return { path: path!, query: new URLSearchParams(query ?? '') };
}

/** Goes to an address of the dashboard; `replace` replaces the current entry of the history. */
export function navigate(url: string, { replace = false } = {}): void {
  if (replace) history.replaceState(history.state, '', outside(url));
  else history.pushState(leaveFor(outside(url)), '', outside(url));
  notify();
}

/** The address of a path with a query; empty values are left out. */
export function addressOf(
  path: string,
  query: Record<string, string | number | undefined>,
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The current address with a changed query. */
export function changed(
  { path, query }: Place,
  changes: Record<string, string | number | undefined>,
): string {
  return addressOf(path, { ...Object.fromEntries(query), ...changes });
}

function notify(): void {
  for (const listen of listeners) listen();
}
