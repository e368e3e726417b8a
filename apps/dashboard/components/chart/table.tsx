import type { Cadence } from '#libs/contracts';
import { formatNumber } from '../../labels/format.js';
import { periodName, type Point } from './points.js';

interface Props {
  name: string;
  points: readonly Point[];
  cadence: Cadence;
}

const PERIODS = { Daily: 'Day', Weekly: 'Week', Monthly: 'Month' } as const;

/** A chart's values as a table, the latest first. */
export function ChartTable({ name, points, cadence }: Props) {
  const compares = points.some(({ before }) => before !== undefined);
  return (
    <div class="scroll chart-table" tabIndex={0} role="region" aria-label={`${name} as a table`}>
      <table>
        <caption class="unseen">{name}</caption>
        <thead>
          <tr>
            <th scope="col">{PERIODS[cadence]}</th>
            <th scope="col" class="number">
              {name}
            </th>
            {compares && (
              <th scope="col" class="number">
                Before
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ date, value, finished, before }) => (
            <tr key={date}>
              <th scope="row">
                {periodName(date, cadence)} {!finished && <span class="mark">so far</span>}
              </th>
              <td class="number">{formatNumber(value)}</td>
              {compares && <td class="number">{before ? formatNumber(before.value) : '–'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
