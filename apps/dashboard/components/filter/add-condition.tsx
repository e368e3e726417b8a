import type { Condition, SegmentKeys, Subject } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useResource } from '../../api/resource.js';
import {
  KEY_GROUPS,
  OPERATORS,
  groupOf,
  shortKey,
  type Operator,
} from '../../labels/conditions.js';
import { Shown } from '../states.js';
import { OfferedValues, type Value } from './values.js';

type Key = SegmentKeys['keys'][number];

interface Props {
  subject: Subject;
  onAdd: (condition: Condition) => void;
  onCancel: () => void;
}

/** A form for a condition: key, operator and values, with the values that occur. */
export function AddCondition({ subject, onAdd, onCancel }: Props) {
  const keys = useResource<SegmentKeys>(`/api/insights/v1/segments/keys?subject=${subject}`);
  return (
    <div class="filter-form">
      <Shown of={keys}>
        {({ keys: all, is_complete: isComplete }) =>
          all.length === 0 ? (
            <p class="small soft">
              There is nothing to filter by yet. Name the traits to keep in the settings USER_TRAITS
              and ORG_TRAITS.
            </p>
          ) : (
            <>
              <ConditionForm keys={all} onAdd={onAdd} onCancel={onCancel} />
              {!isComplete && (
                <p class="small soft">
                  Counting took too long: some keys or values are not offered.
                </p>
              )}
            </>
          )
        }
      </Shown>
    </div>
  );
}

function ConditionForm({ keys, onAdd, onCancel }: Omit<Props, 'subject'> & { keys: Key[] }) {
  const [name, setName] = useState(keys[0]!.key);
  const [wanted, setOperator] = useState<Operator>('is');
  const [values, setValues] = useState<readonly Value[]>([]);
  const [number, setNumber] = useState('');
  const [refusal, setRefusal] = useState('');
  const key = keys.find((one) => one.key === name) ?? keys[0]!;
  const operators = operatorsOf(key);
  const operator = operators.includes(wanted) ? wanted : 'is';
  const submit = (event: Event) => {
    event.preventDefault();
    const condition = conditionOf(key.key, operator, values, number);
    if (condition) onAdd(condition);
    else setRefusal(hasNumber(operator) ? 'Type in a number.' : 'Choose or type in a value.');
  };
  return (
    <form onSubmit={submit} class="block">
      <div class="bar">
        <label class="field">
          <span>Filter by</span>
          <select
            autofocus
            value={key.key}
            onChange={({ currentTarget }) => {
              setName(currentTarget.value);
              setValues([]);
            }}
          >
            <KeyOptions keys={keys} />
          </select>
        </label>
        <label class="field">
          <span class="unseen">Operator</span>
          <select
            value={operator}
            onChange={({ currentTarget }) => setOperator(currentTarget.value as Operator)}
          >
            {operators.map((one) => (
              <option key={one} value={one}>
                {OPERATORS[one]}
              </option>
            ))}
          </select>
        </label>
        {hasNumber(operator) && (
          <label class="field">
            <span class="unseen">Number</span>
            <input
              type="number"
              step="any"
              value={number}
              onInput={({ currentTarget }) => setNumber(currentTarget.value)}
            />
          </label>
        )}
      </div>
      {hasValues(operator) && (
        <OfferedValues key={key.key} of={key} chosen={values} onChange={setValues} />
      )}
      <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
      <div class="bar">
        <button type="submit" class="button main-action">
          Filter
        </button>
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function KeyOptions({ keys }: { keys: readonly Key[] }) {
  return (
    <>
      {KEY_GROUPS.map((group) => {
        const inGroup = keys.filter(({ key }) => groupOf(key) === group);
        return (
          inGroup.length > 0 && (
            <optgroup key={group.prefix} label={group.name}>
              {inGroup.map(({ key }) => (
                <option key={key} value={key}>
                  {shortKey(key)}
                </option>
              ))}
            </optgroup>
          )
        );
      })}
    </>
  );
}

const hasNumber = (operator: Operator): boolean => operator === 'gte' || operator === 'lte';
const hasValues = (operator: Operator): boolean => operator === 'is' || operator === 'is_not';

/** Only numbers are compared; a key without values may get some. */
function operatorsOf({ kinds }: Key): Operator[] {
  const compares = kinds.length === 0 || kinds.includes('number');
  return ['is', 'is_not', ...(compares ? (['gte', 'lte'] as const) : []), 'set', 'unset'];
}

function conditionOf(
  key: string,
  operator: Operator,
  values: readonly Value[],
  number: string,
): Condition | undefined {
  switch (operator) {
    case 'is':
    case 'is_not':
      return values.length > 0 ? [key, operator, values] : undefined;
    case 'gte':
    case 'lte': {
      const given = number.trim() === '' ? NaN : Number(number);
      return Number.isFinite(given) ? [key, operator, given] : undefined;
    }
    case 'set':
    case 'unset':
      return [key, operator];
  }
}
