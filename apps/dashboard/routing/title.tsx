import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isReturning, noteShown } from './scroll.js';

let shownPath: string | undefined;

interface Props {
  title: string;
  /** Identifies the page when the address does not. */
  place?: string;
  children?: ComponentChildren;
}

/** A page's heading, also the title of the tab. It gets the focus when the reader comes from another page. */
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
