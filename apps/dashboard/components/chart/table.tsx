import type { Cadence } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { formatNumber } from '../../labels/format.js';
import { periodName, type Point } from './points.js';

interface ValuesRow {
  key: string;
  head: ComponentChildren;
  /** Whether the period of the row is not over. */
  isUnfinished?: boolean;
  cells: readonly ComponentChildren[];
}

interface ValuesProps {
  name: string;
  heads: readonly ComponentChildren[];
  rows: readonly ValuesRow[];
}

export const PERIOD_HEADS = { Daily: 'Day', Weekly: 'Week', Monthly: 'Month' } as const;

/** The values of a chart as a table. */
export function ValuesTable({ name, heads, rows }: ValuesProps) {
  return (
    <div class="scroll chart-table" tabIndex={0} role="region" aria-label={`${name} as a table`}>
      <table>
        <caption class="unseen">{name}</caption>
        <thead>
          <tr>
            {heads.map((head, index) => (
              <th key={index} scope="col" class={index > 0 ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, head, isUnfinished, cells }) => (
            <tr key={key}>
              <th scope="row">
                {head} {isUnfinished && <span class="mark">so far</span>}
              </th>
              {cells.map((cell, index) => (
                <td key={index} class="number">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Props {
  name: string;
  points: readonly Point[];
  cadence: Cadence;
}

/** The points of a chart as a table, the latest first. */
export function ChartTable({ name, points, cadence }: Props) {
  const compares = points.some(({ before }) => before !== undefined);
  return (
    <ValuesTable
      name={name}
      heads={[PERIOD_HEADS[cadence], name, ...(compares ? ['Before'] : [])]}
      rows={points.toReversed().map(({ date, value, finished, before }) => ({
        key: date,
        head: periodName(date, cadence),
        isUnfinished: !finished,
        cells: [
          formatNumber(value),
          ...(compares ? [before ? formatNumber(before.value) : '–'] : []),
        ],
      }))}
    />
  );
}
