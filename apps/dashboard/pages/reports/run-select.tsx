import type { RunListItem } from '#libs/contracts';
import type { ComponentChildren } from 'preact';
import { dayOf, formatMoment, formatMonth } from '../../labels/format.js';

interface Props {
  label: string;
  runs: readonly RunListItem[];
  value: string;
  onRun: (value: string) => void;
  /** The `option` elements before the reports, and their values. */
  children: ComponentChildren;
  named: readonly string[];
}

/** Selects a kept report by its moment; the reports are grouped by month. */
export function RunSelect({ label, runs, value, onRun, children, named }: Props) {
  const months = Map.groupBy(runs, ({ report_time: at }) => dayOf(at).slice(0, 7));
  const isListed = named.includes(value) || runs.some((run) => run.run_id === value);
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onRun(currentTarget.value)}>
        {children}
        {!isListed && <option value={value}>the report in the address</option>}
        {[...months].map(([month, ofMonth]) => (
          <optgroup key={month} label={formatMonth(`${month}-01`)}>
            {ofMonth.map((run) => (
              <option key={run.run_id} value={run.run_id}>
                {formatMoment(run.report_time)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
