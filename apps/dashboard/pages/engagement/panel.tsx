import type { ComponentChildren } from 'preact';
import { Term } from '../../labels/terms.js';

interface PanelProps {
  /** The name of the chart in the API. */
  chart: string;
  /** The name of its definition, if it is another one. */
  term?: string;
  title: string;
  question: string;
  children: ComponentChildren;
}

/** An engagement chart with the question that it answers. */
export function ChartPanel({ chart, term = chart, title, question, children }: PanelProps) {
  return (
    <section class="panel engagement-chart" aria-labelledby={`chart-${chart}`}>
      <header>
        <h2 id={`chart-${chart}`}>
          <Term name={term}>{title}</Term>
        </h2>
        <p>{question}</p>
      </header>
      {children}
    </section>
  );
}
