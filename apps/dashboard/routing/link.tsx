import type { ComponentChildren, JSX } from 'preact';
import { outside } from './base.js';
import { navigate } from './location.js';

type Props = JSX.IntrinsicElements['a'] & {
  href: string;
  children: ComponentChildren;
  /** Whether this is the current page. */
  current?: boolean | undefined;
  /** The link does nothing, but keeps the focus. */
  disabled?: boolean;
};

/** A link within the dashboard: followed without a reload, unless the reader opens another tab. */
export function Link({ href, current, disabled = false, tabIndex = 0, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    const wantsOwnWay =
      event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (wantsOwnWay || event.defaultPrevented) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a
      {...rest}
      href={disabled ? undefined : outside(href)}
      role={disabled ? 'link' : undefined}
      tabIndex={tabIndex}
      aria-disabled={disabled ? 'true' : undefined}
      onClick={disabled ? undefined : follow}
      aria-current={current ? 'page' : undefined}
    >
      {children}
    </a>
  );
}
