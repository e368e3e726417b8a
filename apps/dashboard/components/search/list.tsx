import { useEffect, useRef } from 'preact/hooks';
import type { Found, HitGroup } from './hits.js';

interface Props {
  found: Found;
  isShown: boolean;
  /** The index of the chosen hit, among all groups. */
  position: number;
  choose: (index: number) => void;
}

export const optionId = (index: number): string => `search-hit-${index}`;

/** The hits below the search field, by group. */
export function HitList({ found, isShown, position, choose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [position]);
  const { groups, failure } = found;
  return (
    <div ref={box} class="hits" hidden={!isShown}>
      {isShown && groups.length === 0 && (
        <p class="small soft" aria-hidden="true">
          {failure ?? 'Nothing found.'}
        </p>
      )}
      <div id="search-hits" role="listbox" aria-label="Suggestions">
        {isShown &&
          groups.map((group, index) => (
            <Group
              key={group.title}
              group={group}
              first={groups.slice(0, index).reduce((sum, { hits }) => sum + hits.length, 0)}
              {...{ position, choose }}
            />
          ))}
      </div>
    </div>
  );
}

interface GroupProps extends Pick<Props, 'position' | 'choose'> {
  group: HitGroup;
  /** The index of its first hit. */
  first: number;
}

function Group({ group: { title, hits }, first, position, choose }: GroupProps) {
  const id = `search-${title.toLowerCase()}`;
  return (
    <div role="group" aria-labelledby={id}>
      <p id={id} class="small soft" role="presentation">
        {title}
      </p>
      {hits.map(({ name, note, href }, index) => (
        <div
          key={href}
          id={optionId(first + index)}
          role="option"
          class="hit"
          aria-selected={first + index === position}
          // A press would take the focus from the field, which closes the list.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(first + index)}
        >
          <bdi>{name}</bdi>
          {note !== undefined && (
            <small>
              <bdi>{note}</bdi>
            </small>
          )}
        </div>
      ))}
    </div>
  );
}
