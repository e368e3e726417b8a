import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isReturning, noteShown } from './scroll.js';

let shownPath: string | undefined;

interface Props {
  title: string;
  /** What is shown, where the address does not say it. */
  place?: string;
  children?: ComponentChildren;
}

/** A page's heading, which names the tab too. A reader who comes from another page begins here. */
export function Title({ title, place, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · insightd`;
  }, [title]);
  useEffect(() => {
    const path = place ?? location.pathname;
    if (shownPath !== undefined && shownPath !== path) {
      if (!isReturning()) window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    shownPath = path;
    noteShown(path);
  });
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? <bdi title={title}>{title}</bdi>}
    </h1>
  );
}
