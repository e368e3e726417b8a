import type { ComponentChildren } from 'preact';

/** A list of names with values. */
export function Facts({ facts }: { facts: readonly [ComponentChildren, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value], index) => (
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
