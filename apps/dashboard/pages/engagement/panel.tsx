import type { ComponentChildren } from 'preact';
import { useIsNarrow } from '../../routing/narrow.js';
import { Term } from '../../labels/terms.js';

interface PanelProps {
  /** The name of the chart in the API, also of its definition. */
  chart: string;
  title: string;
  question: string;
  children: ComponentChildren;
}

/** An engagement chart with the question that it answers. */
export function ChartPanel({ chart, title, question, children }: PanelProps) {
  return (
    <section class="panel engagement-chart" aria-labelledby={`chart-${chart}`}>
      <header>
        <h2 id={`chart-${chart}`}>
          <Term name={chart}>{title}</Term>
        </h2>
        <p>{question}</p>
      </header>
      {children}
    </section>
  );
}

interface BesideProps {
  name: string;
  chart: ComponentChildren;
  table: ComponentChildren;
}

/** A chart with its table beside it; below it in a narrow window, folded on a phone. */
export function WithTable({ name, chart, table }: BesideProps) {
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
