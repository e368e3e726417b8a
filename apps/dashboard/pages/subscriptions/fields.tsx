import type { ComponentChildren, JSX } from 'preact';

/** The id of the form: the filter bar is a form of its own, so the fields stand beside theirs. */
export const FORM = 'subscription';

type Options = readonly (readonly [value: string, name: string])[];

interface SelectProps {
  label: string;
  value: string;
  options?: Options;
  onChange: (value: string) => void;
  children?: ComponentChildren;
}

export function Select({ label, value, options = [], onChange, children }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        form={FORM}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
        {children}
      </select>
    </label>
  );
}

interface InputProps {
  label: string;
  value: string;
  type?: 'text' | 'time' | 'url';
  placeholder?: string;
  maxLength?: number;
  required?: boolean;
  onText: (text: string) => void;
}

export function Input({ label, type = 'text', onText, ...rest }: InputProps) {
  // The types of JSX have one form for each type of field.
  const options = { ...rest, type } as JSX.IntrinsicElements['input'];
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...options}
        form={FORM}
        size={type === 'time' ? undefined : 40}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    </label>
  );
}
