import type { RunListItem } from '#libs/contracts';
import { dayOf, formatMoment, formatMonth } from '../../words/format.js';

interface Props {
  label: string;
  /** What it means to choose none. */
  otherwise: string;
  runs: readonly RunListItem[];
  value: string | undefined;
  onRun: (runId: string | undefined) => void;
}

/** One of the reports that are kept, by its moment, a group a month. */
export function RunSelect({ label, otherwise, runs, value, onRun }: Props) {
  const months = Map.groupBy(runs, ({ report_time: at }) => dayOf(at).slice(0, 7));
  const isListed = value === undefined || runs.some((run) => run.run_id === value);
  return (
    <label class="field">
      {label}
      <select
        value={value ?? ''}
        onChange={({ currentTarget }) => onRun(currentTarget.value || undefined)}
      >
        <option value="">{otherwise}</option>
        {!isListed && <option value={value}>the one in the address</option>}
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
