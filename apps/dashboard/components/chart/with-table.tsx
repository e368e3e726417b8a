import type { ComponentChildren } from 'preact';
import { useIsNarrow } from '../../routing/narrow.js';

interface Props {
  name: string;
  chart: ComponentChildren;
  table: ComponentChildren;
}

/** A chart with its table beside it; below it in a narrow window, folded on a phone. */
export function WithTable({ name, chart, table }: Props) {
  const isNarrow = useIsNarrow();
  return (
    <div class="with-table">
      <div>{chart}</div>
      {isNarrow ? (
        <details class="folded">
          <summary>As a table: {name}</summary>
          {table}
        </details>
      ) : (
        table
      )}
    </div>
  );
}
