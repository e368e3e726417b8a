import type { Definitions } from '#libs/contracts';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useResource } from '../api/resource.js';

const TermsContext = createContext<Definitions['terms']>({});

/** Provides the definitions of all terms; loads them once. */
export function TermsProvider({ children }: { children: ComponentChildren }) {
  const { data } = useResource<Definitions>('/api/insights/v1/definitions');
  return <TermsContext.Provider value={data?.terms ?? {}}>{children}</TermsContext.Provider>;
}

interface Props {
  /** The name of the term in the API. */
  name: string;
  children: ComponentChildren;
}

/** A text or number that shows its definition to a pointer, the keyboard and a screen reader. */
export function Term({ name, children }: Props) {
  const { props, meaning } = useDefinition(name);
  if (meaning === null) return <>{children}</>;
  return (
    <>
      <button type="button" class="term" data-term={name} {...props}>
        {children}
      </button>
      {meaning}
    </>
  );
}

/**
 * The definition of a term for a link or a button.
 * @returns `props` of the element, and `meaning` to render next to it; null when the term has no definition
 */
export function useDefinition(name: string) {
  const text = useContext(TermsContext)[name];
  const [anchor, setAnchor] = useState<HTMLElement>();
  const id = useId();
  if (text === undefined) return { props: {}, meaning: null };
  const open = ({ currentTarget }: { currentTarget: HTMLElement }) => setAnchor(currentTarget);
  const close = () => setAnchor(undefined);
  const props = {
    'aria-describedby': id,
    onPointerEnter: (event: PointerEvent & { currentTarget: HTMLElement }) =>
      event.pointerType !== 'touch' && open(event),
    onPointerLeave: close,
    onFocus: open,
    onBlur: close,
    onClick: open,
  };
  const meaning = (
    <>
      <span id={id} hidden>
        {text}
      </span>
      {anchor && <Hint anchor={anchor} text={text} close={close} />}
    </>
  );
  return { props, meaning };
}

interface HintProps {
  anchor: HTMLElement;
  text: string;
  close: () => void;
}

/** The definition next to the term, inside the window; closed by Escape or scrolling. */
function Hint({ anchor, text, close }: HintProps) {
  const bubble = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const box = bubble.current!;
    const at = anchor.getBoundingClientRect();
    const highestLeft = document.documentElement.clientWidth - box.offsetWidth - 8;
    const above = at.top - box.offsetHeight - 6;
    box.style.left = `${Math.max(8, Math.min(at.left, highestLeft))}px`;
    box.style.top = `${above > 8 ? above : at.bottom + 6}px`;
  }, [text]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && close();
    document.addEventListener('keydown', onKey);
    document.addEventListener('scroll', close, { passive: true, capture: true });
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('scroll', close, { capture: true });
    };
  }, []);
  return (
    <span ref={bubble} class="hint" aria-hidden="true">
      {text}
    </span>
  );
}
