import { useEffect, useRef, useState } from 'preact/hooks';
import { INDEX_VALUES } from '../../labels/index-values.js';
import { changed, navigate, type Place } from '../../routing/location.js';
import { useIsNarrow } from '../../routing/narrow.js';
import { PAGE_SIZES, columnsText, type IndexView } from './view.js';

const DEBOUNCE_MS = 250;

interface Props {
  place: Place;
  view: IndexView;
}

/** The options of an index; each is part of the address. A phone folds all but the search. */
export function IndexControls({ place, view }: Props) {
  const isNarrow = useIsNarrow();
  return (
    <div class="bar controls">
      <Search place={place} search={view.search} />
      {isNarrow ? (
        <details class="folded">
          <summary>More options</summary>
          <div class="bar">
            <SortSelect place={place} view={view} />
            <PageSize place={place} view={view} />
          </div>
        </details>
      ) : (
        <>
          <PageSize place={place} view={view} />
          <Columns place={place} view={view} />
        </>
      )}
    </div>
  );
}

function PageSize({ place, view }: Props) {
  const choose = (size: string) =>
    changed(place, { size: Number(size) === PAGE_SIZES[0] ? undefined : size, page: undefined });
  return (
    <label class="field">
      <span>Rows</span>
      <select
        value={view.pageSize}
        onChange={({ currentTarget }) => navigate(choose(currentTarget.value))}
      >
        {PAGE_SIZES.map((size) => (
          <option key={size} value={size}>
            {size}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Searches as the text is typed. The address follows, without an entry in the history for each letter. */
function Search({ place, search }: { place: Place; search: string }) {
  const [text, setText] = useState(search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(search);
  useEffect(() => {
    // Another address, such as after "Back": shows its text.
    if (search !== sent.current) setText(search);
    sent.current = search;
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = value;
      navigate(changed(place, { q: value, page: undefined }), { replace: true });
    }, DEBOUNCE_MS);
  };
  return (
    <label class="field">
      <span>Search</span>
      <input
        type="search"
        value={text}
        maxLength={200}
        placeholder="name, e-mail or id"
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
    </label>
  );
}

/** Sorting on a phone, which shows only one column of numbers. */
function SortSelect({ place, view: { subject, sort, isDescending } }: Props) {
  return (
    <>
      <label class="field">
        <span>Sort by</span>
        <select
          value={sort}
          onChange={({ currentTarget }) =>
            navigate(changed(place, { sort: currentTarget.value, page: undefined }))
          }
        >
          {INDEX_VALUES[subject].map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <input
          type="checkbox"
          checked={!isDescending}
          onChange={() =>
            navigate(changed(place, { order: isDescending ? 'asc' : undefined, page: undefined }))
          }
        />
        Lowest first
      </label>
    </>
  );
}

function Columns({ place, view: { subject, columns } }: Props) {
  const shown = new Set(columns.map(({ name }) => name));
  const toggle = (name: string) => {
    const names = new Set(shown);
    if (!names.delete(name)) names.add(name);
    navigate(changed(place, { columns: columnsText(subject, names) }), { replace: true });
  };
  return (
    <details class="folded column-choice">
      <summary>Columns</summary>
      <fieldset class="bar">
        <legend class="unseen">Columns of the table</legend>
        {INDEX_VALUES[subject].map(({ name, title }) => (
          <label key={name} class="field">
            <input type="checkbox" checked={shown.has(name)} onChange={() => toggle(name)} />
            {title}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
