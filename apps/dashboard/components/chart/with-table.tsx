import type { ComponentChildren } from 'preact';
import { useIsNarrow } from '../../routing/narrow.js';

interface Props {
  name: string;
  chart: ComponentChildren;
  table: ComponentChildren;
  /** Whether the table has many columns. */
  isWide?: boolean;
}

/** A chart with its table beside it; below it in a narrow window, folded on a phone. */
export function WithTable({ name, chart, table, isWide = false }: Props) {
  const isNarrow = useIsNarrow();
  return (
    <div class={isWide ? 'with-table wide' : 'with-table'}>
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
