/** The path below which a proxy serves this page, such as `/insights/`; `/` at the root of its host. */
export const BASE: string = document.documentElement.dataset['base'] || '/';

/** The address under which this browser reaches the service, without a slash at its end. */
export const SERVICE: string = location.origin + BASE.slice(0, -1);

/** A path of the page or of the API as the browser needs it; all others begin with `/` and know no base. */
export function outside(path: string): string {
  return BASE + path.slice(1);
}
