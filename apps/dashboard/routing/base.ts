/** The path below which a proxy serves this page, such as `/insights/`; `/` at the root of its host. */
export const BASE: string = document.documentElement.dataset['base'] || '/';

/** The address of the service for this browser, without a trailing slash. */
export const SERVICE: string = location.origin + BASE.slice(0, -1);

/** The path for the browser, with the base. Everywhere else, paths begin with `/` and have no base. */
export function outside(path: string): string {
  return BASE + path.slice(1);
}
