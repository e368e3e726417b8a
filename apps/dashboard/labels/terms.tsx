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
  const meaning = useContext(TermsContext)[name];
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const id = useId();
  if (meaning === undefined) return <>{children}</>;
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class="term"
        data-term={name}
        aria-describedby={id}
        onPointerEnter={({ pointerType }) => pointerType !== 'touch' && setOpen(true)}
        onPointerLeave={() => setOpen(false)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => setOpen(true)}
      >
        {children}
      </button>
      <span id={id} hidden>
        {meaning}
      </span>
      {open && <Hint anchor={anchor.current!} text={meaning} close={() => setOpen(false)} />}
    </>
  );
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
