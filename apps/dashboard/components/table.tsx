import type { ComponentChildren } from 'preact';

/** A column: its head, and how the head looks, such as `number wide-only`. */
export type Column = readonly [head: ComponentChildren, look?: string];

interface Props {
  /** The name of the table for screen readers. */
  name: string;
  columns: readonly Column[];
  /** The class of the table. */
  look?: string;
  /** The rows. */
  children: ComponentChildren;
}

/** A table that scrolls sideways on a narrow page. */
export function Table({ name, columns, look, children }: Props) {
  return (
    <div class="scroll">
      <table class={look}>
        <caption class="unseen">{name}</caption>
        <thead>
          <tr>
            {columns.map(([head, headLook], index) => (
              <th key={index} scope="col" class={headLook}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
