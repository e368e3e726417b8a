import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../labels/format.js';
import { navigate } from '../../routing/location.js';
import { Icon } from '../icons.js';
import { useHits, type Found } from './hits.js';
import { HitList, optionId } from './list.js';

/**
 * Finds users and organizations as the text is typed: a combobox whose options are in a list below. `/` focuses it,
 * the arrow keys choose, Enter opens, Escape closes.
 */
export function SearchBox() {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [position, setPosition] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const isEntered = useRef(false);
  const found = useHits(text);
  const isCurrent = found.text !== '' && found.text === text.trim();
  const hits = found.groups.flatMap((group) => group.hits);
  const isShown = isOpen && text.trim() !== '' && found.text !== '';
  useSlash(input);

  const close = () => {
    setOpen(false);
    isEntered.current = false;
  };
  const choose = (index: number) => {
    const hit = hits[index];
    if (!hit) return;
    close();
    setText('');
    navigate(hit.href);
  };
  useEffect(() => {
    setPosition(0);
    // Enter was pressed before the hits arrived.
    if (isCurrent && isEntered.current) choose(0);
    isEntered.current = false;
  }, [found]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!isShown) setOpen(true);
      else if (hits.length > 0) setPosition((position + step + hits.length) % hits.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isShown && isCurrent) choose(position);
      else isEntered.current = text.trim() !== '';
    } else if (event.key === 'Escape') {
      if (isOpen) close();
      else setText('');
    }
  };
  return (
    <div class="search" role="search" onFocusOut={() => close()}>
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search users and organizations"
        aria-keyshortcuts="/"
        aria-autocomplete="list"
        aria-expanded={isShown && hits.length > 0}
        aria-controls="search-hits"
        aria-activedescendant={isShown && hits.length > 0 ? optionId(position) : undefined}
        placeholder="Search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={200}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setOpen(true);
          isEntered.current = false;
        }}
        onFocus={() => text.trim() !== '' && setOpen(true)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <HitList {...{ found, isShown, position, choose }} />
      <span role="status" class="unseen">
        {isShown && statusOf(found, hits.length)}
      </span>
    </div>
  );
}

function statusOf({ failure }: Found, count: number): string {
  if (failure !== undefined) return failure;
  return count === 0 ? 'Nothing found.' : `${formatCount(count, 'suggestion')}.`;
}

/** `/` focuses the field, unless the reader is typing elsewhere. */
function useSlash(input: { current: HTMLInputElement | null }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key, ctrlKey, metaKey, altKey } = event;
      const isTyping = target instanceof Element && target.matches('input, select, textarea');
      if (key !== '/' || ctrlKey || metaKey || altKey || isTyping) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
