/**
 * Keeps the scroll position of each entry of the history: "Back" restores it, with the focus on the link that was
 * followed. Browsers restore the position too early, before the page has its content.
 */
interface Left {
  /** The scroll position in pixels. */
  y: number;
  /** The address of the link that was followed. */
  link?: string | undefined;
}

interface EntryState {
  key?: string;
  left?: Left;
}

const GIVE_UP_MS = 5_000;
const places = new Map<string, Left>();
let keys = 0;
let current = '';
let restoring = false;
let shownPath = '';

history.scrollRestoration = 'manual';
arrive(history.state as EntryState | null);
window.addEventListener('scroll', () => restoring || remember({ y: window.scrollY }), {
  passive: true,
});
// A reload loses `places`, and changes during the unload of a page are ignored.
window.addEventListener('scrollend', () => {
  if (restoring) return;
  const state: EntryState = { key: current, left: { y: window.scrollY } };
  history.replaceState(state, '');
});
for (const event of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
  window.addEventListener(event, () => (restoring = false), { passive: true });
}

/** Records the path of the page that was rendered: until then the previous page is on the screen. */
export function noteShown(path: string): void {
  shownPath = path;
}

/** Whether the current page is restored from the history. */
export const isReturning = (): boolean => restoring;

/** Records the position before a link is followed. @returns the state of the new entry */
export function leaveFor(link: string): EntryState {
  remember({ y: window.scrollY, link });
  restoring = false;
  current = newKey();
  return { key: current };
}

/** Restores the position of an entry of the history as soon as the page has its content. */
export function arrive(state: EntryState | null): void {
  current = state?.key ?? newKey();
  const left = places.get(current) ?? state?.left;
  if (state?.key === undefined) {
    history.replaceState({ ...state, key: current }, '');
  }
  restoring = left !== undefined;
  if (!left) return;
  const [key, until] = [current, performance.now() + GIVE_UP_MS];
  // Two frames: enough to render a change of only the query.
  requestAnimationFrame(() => requestAnimationFrame(() => restore(left, key, until)));
}

function restore(left: Left, key: string, until: number): void {
  if (!restoring || key !== current) return;
  const isShown =
    shownPath === location.pathname &&
    document.querySelector('.shell main h1') !== null &&
    document.querySelector('.loading, .stale') === null;
  if (!isShown && performance.now() < until) {
    requestAnimationFrame(() => restore(left, key, until));
    return;
  }
  window.scrollTo(0, left.y);
  focusLink(left.link);
  restoring = false;
}

function focusLink(link: string | undefined): void {
  if (link === undefined) return;
  const links = document.querySelectorAll<HTMLAnchorElement>('main a[href]');
  const followed = [...links].find((each) => each.getAttribute('href') === link);
  followed?.focus({ preventScroll: true });
}

function remember(left: Left): void {
  places.set(current, { ...places.get(current), ...left });
}

function newKey(): string {
  return `${performance.timeOrigin}-${keys++}`;
}
