import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let shownPath: string | undefined;

interface Props {
  title: string;
  children?: ComponentChildren;
}

/** A page's heading, which names the tab too. Whoever comes from another page begins to read here. */
export function Title({ title, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · insightd`;
  }, [title]);
  useEffect(() => {
    const path = location.pathname;
    if (shownPath !== undefined && shownPath !== path) {
      window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    shownPath = path;
  });
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? <bdi>{title}</bdi>}
    </h1>
  );
}
