/**
 * Keeps the focus near its position when the focused element disappears, such as a "Try again" that succeeded: it
 * moves to the container or to the page's heading. Otherwise the keyboard would start at the top again.
 */
export function keepFocus(): void {
  let around: Element[] = [];
  document.addEventListener('focusin', ({ target }) => {
    around = ancestorsOf(target as Element);
  });
  const mend = () => {
    const [focused] = around;
    if (!focused || focused.isConnected || document.activeElement !== document.body) return;
    const place = around.find((one) => one.isConnected && one.matches('section, article, form'));
    const next = place ?? document.querySelector('main h1');
    if (!(next instanceof HTMLElement)) return;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
  const changes = new MutationObserver(mend);
  changes.observe(document.body, { childList: true, subtree: true });
}

function ancestorsOf(element: Element): Element[] {
  const all: Element[] = [];
  for (let one: Element | null = element; one; one = one.parentElement) all.push(one);
  return all;
}
