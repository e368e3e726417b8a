import { useState } from 'preact/hooks';
import type { SegmentKeys } from '#libs/contracts';
import { formatNumber } from '../../labels/format.js';
import { valueName } from '../../labels/conditions.js';

export type Value = string | number | boolean;

interface Props {
  of: SegmentKeys['keys'][number];
  chosen: readonly Value[];
  onChange: (values: readonly Value[]) => void;
}

/** The most frequent values of a key to choose from, and a field for another value. */
export function OfferedValues({ of: { kinds, values }, chosen, onChange }: Props) {
  const [other, setOther] = useState('');
  const offered = values.map(({ value }) => value);
  const checked = chosen.filter((value) => offered.includes(value));
  const typed = typedValues(other, kinds);
  const toggle = (value: Value) =>
    onChange([
      ...(checked.includes(value) ? checked.filter((one) => one !== value) : [...checked, value]),
      ...typed,
    ]);
  const type = (text: string) => {
    setOther(text);
    onChange([...new Set([...checked, ...typedValues(text, kinds)])]);
  };
  return (
    <fieldset class="offered">
      <legend class="unseen">Values</legend>
      {values.map(({ value, count }) => (
        <label key={JSON.stringify(value)} class="field">
          <input type="checkbox" checked={checked.includes(value)} onChange={() => toggle(value)} />
          <span>
            <bdi>{valueName(value)}</bdi> <span class="soft">{formatNumber(count)}</span>
          </span>
        </label>
      ))}
      <label class="field">
        <span>{values.length > 0 ? 'Other value' : 'Value'}</span>
        <input
          value={other}
          maxLength={1_000}
          onInput={({ currentTarget }) => type(currentTarget.value)}
        />
      </label>
    </fieldset>
  );
}

/** The values that a text means: a number, a text, or both when the kinds of the key leave it open. */
function typedValues(text: string, kinds: readonly string[]): Value[] {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const mayBe = (kind: string) => kinds.length === 0 || kinds.includes(kind);
  const number = Number(trimmed);
  const asNumber = mayBe('number') && Number.isFinite(number) ? [number] : [];
  const hasText = mayBe('string') || asNumber.length === 0;
  return [...asNumber, ...(hasText ? [trimmed] : [])];
}
