/**
 * Keeps the focus near where it was when the focused element goes away, as a "Try again" does once it has
 * worked: on what contained it, or on the page's heading. Else the keyboard would begin at the top again.
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
