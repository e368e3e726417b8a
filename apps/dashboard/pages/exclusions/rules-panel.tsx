import { useMemo, useState } from 'preact/hooks';
import type { Failure } from '../../api/client.js';
import { Empty } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { formatNumber } from '../../labels/format.js';
import type { ListWords } from './lists.js';

const MOST_SHOWN = 100;
const MANY = 12;

interface Props {
  words: ListWords;
  saved: readonly string[];
  draft: readonly string[];
  /** @throws Failure when a value is not valid */
  onChange: (values: string[]) => Promise<void>;
}

/** One list of rules: its values, and a field to add more. */
export function RulesPanel({ words, saved, draft, onChange }: Props) {
  const [search, setSearch] = useState('');
  const [refusal, setRefusal] = useState('');
  const change = (values: string[]) =>
    onChange(values).then(
      () => setRefusal(''),
      (failure: Failure) => {
        setRefusal(withValues(failure.message, values));
        throw failure;
      },
    );
  const [isSaved, isKept] = useMemo(() => [new Set(saved), new Set(draft)], [saved, draft]);
  const all = [...draft.filter((value) => !isSaved.has(value)), ...saved];
  const found = all.filter((value) => value.toLowerCase().includes(search.trim().toLowerCase()));
  const id = `rules-${words.list}`;
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{words.title}</h2>
        <p>{draft.length > 0 && formatNumber(draft.length)}</p>
      </header>
      <p class="small soft">{words.hint}</p>
      <AddForm words={words} onAdd={(values) => change([...new Set([...draft, ...values])])} />
      <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
      {all.length > MANY && (
        <label class="field">
          <span>Find</span>
          <input
            type="search"
            value={search}
            aria-label={`Find in ${words.title}`}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
      )}
      {all.length === 0 && <Empty>{words.empty}</Empty>}
      <ul class="rows scrolled" aria-labelledby={id} tabIndex={found.length > MANY ? 0 : undefined}>
        {found.slice(0, MOST_SHOWN).map((value) => (
          <Rule
            key={value}
            value={value}
            address={words.address?.(value)}
            isNew={!isSaved.has(value)}
            isKept={isKept.has(value)}
            onKeep={() => void change([...draft, value]).catch(() => undefined)}
            onRemove={() =>
              void change(draft.filter((one) => one !== value)).catch(() => undefined)
            }
          />
        ))}
      </ul>
      {found.length > MOST_SHOWN && (
        <p class="small soft">
          The first {formatNumber(MOST_SHOWN)} of {formatNumber(found.length)}. Find the others by
          their text.
        </p>
      )}
    </section>
  );
}

/** The message of the API with the values instead of their positions: `email_domains.2 must be …`. */
function withValues(message: string, values: readonly string[]): string {
  return message.replace(/\b[a-z_]+\.(\d+)\b/g, (place, index) =>
    values[Number(index)] === undefined ? place : `“${values[Number(index)]}”`,
  );
}

interface RuleProps {
  value: string;
  address: string | undefined;
  isNew: boolean;
  isKept: boolean;
  onKeep: () => void;
  onRemove: () => void;
}

/** A rule; a removed one stays visible until the rules are saved. */
function Rule({ value, address, isNew, isKept, onKeep, onRemove }: RuleProps) {
  const text = <bdi>{value}</bdi>;
  return (
    <li>
      <span class="rule">
        {isKept ? address ? <Link href={address}>{text}</Link> : text : <del>{text}</del>}{' '}
        {isNew && <span class="mark accent">new</span>}
        {!isKept && <span class="mark">removed</span>}
      </span>
      <button
        type="button"
        class="button plain"
        aria-label={`${isKept ? 'Remove' : 'Keep'} ${value}`}
        onClick={isKept ? onRemove : onKeep}
      >
        {isKept ? 'Remove' : 'Keep'}
      </button>
    </li>
  );
}

interface AddProps {
  words: ListWords;
  onAdd: (values: string[]) => Promise<void>;
}

/** Adds a value, or several from the clipboard, one per line. */
function AddForm({ words, onAdd }: AddProps) {
  const [text, setText] = useState('');
  const add = (given: string) => {
    const values = given
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (values.length === 0) return;
    onAdd(values).then(
      () => setText(''),
      () => setText(given.replaceAll('\n', ' ')),
    );
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData('text') ?? '';
    if (!pasted.trim().includes('\n')) return;
    event.preventDefault();
    add(pasted);
  };
  return (
    <form
      class="bar add-rule"
      onSubmit={(event) => {
        event.preventDefault();
        add(text);
      }}
    >
      <label class="field">
        <span class="unseen">{words.label}</span>
        <input
          value={text}
          placeholder={words.placeholder}
          maxLength={500}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onPaste={paste}
        />
      </label>
      <button type="submit" class="button" aria-label={`Add to ${words.title}`}>
        Add
      </button>
    </form>
  );
}
