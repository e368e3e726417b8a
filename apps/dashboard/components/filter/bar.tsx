import type { Condition, Segment, SegmentList, Subject } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useResource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { conditionName } from '../../labels/conditions.js';
import { KINDS } from '../../labels/names.js';
import { filterChanges, isFiltered, whereText, type Filter } from '../../routing/filter.js';
import { changed, navigate, type Place } from '../../routing/location.js';
import { AddCondition } from './add-condition.js';
import { SaveSegment, SegmentActions } from './saved-segments.js';

interface Props {
  subject: Subject;
  filter: Filter;
  /** The address that contains the filter. */
  place?: Place;
  /** Called with a changed filter, for a filter that is not part of an address. */
  onFilter?: (filter: Pick<Filter, 'where' | 'segment'>) => void;
  /** The prefix of the parameters in the address. */
  prefix?: string;
  /** Shown before the bar. */
  label?: string;
}

type Open = 'none' | 'add' | 'save';

/** The conditions that narrow a list or a chart, and saved segments. */
export function FilterBar({ subject, filter, place, onFilter, prefix = '', label }: Props) {
  const isAdmin = useIsAdmin();
  const [open, setOpen] = useState<Open>('none');
  const saved = useResource<SegmentList>('/api/insights/v1/segments');
  const segments = saved.data?.segments.filter((one) => one.subject === subject) ?? [];
  const chosen = segments.find(({ id }) => id === filter.segment);
  const go = (to: Pick<Filter, 'where' | 'segment'>) => {
    setOpen('none');
    onFilter?.(to);
    if (place) navigate(changed(place, { page: undefined, ...filterChanges(to, prefix) }));
  };
  const setConditions = (conditions: readonly Condition[]) =>
    go({ where: whereText(conditions), segment: filter.segment });
  return (
    <div
      class="filter"
      role="group"
      aria-label={`Filter ${KINDS[subject].many}`}
      onKeyDown={({ key }) => key === 'Escape' && setOpen('none')}
    >
      <div class="bar">
        {label !== undefined && <span class="small soft">{label}</span>}
        <SegmentSelect
          {...{ segments, filter }}
          onChoose={(segment) => go({ where: filter.where, segment })}
        />
        <Chips
          filter={filter}
          chosen={chosen}
          onConditions={setConditions}
          onSegment={() => go({ where: filter.where })}
        />
        <button
          type="button"
          class="button plain"
          aria-expanded={open === 'add'}
          onClick={() => setOpen(open === 'add' ? 'none' : 'add')}
        >
          Add a filter
        </button>
        {isFiltered(filter) && (
          <button type="button" class="button plain" onClick={() => go({})}>
            Clear
          </button>
        )}
        {isAdmin && filter.conditions.length > 0 && (
          <button
            type="button"
            class="button plain"
            aria-expanded={open === 'save'}
            onClick={() => setOpen(open === 'save' ? 'none' : 'save')}
          >
            Save as a segment
          </button>
        )}
        {isAdmin && chosen && filter.conditions.length === 0 && (
          <SegmentActions
            key={chosen.id}
            segment={chosen}
            onEdit={() => go({ where: whereText(chosen.where) })}
            onRemoved={() => {
              saved.reload();
              go({});
            }}
          />
        )}
      </div>
      {open === 'add' && (
        <AddCondition
          subject={subject}
          onAdd={(condition) => setConditions([...filter.conditions, condition])}
          onCancel={() => setOpen('none')}
        />
      )}
      {open === 'save' && (
        <SaveSegment
          {...{ subject, segments, chosen, filter }}
          onCancel={() => setOpen('none')}
          onSaved={({ id }) => {
            saved.reload();
            go({ segment: id });
          }}
        />
      )}
    </div>
  );
}

interface SelectProps {
  segments: readonly Segment[];
  filter: Filter;
  onChoose: (id: string | undefined) => void;
}

function SegmentSelect({ segments, filter: { segment }, onChoose }: SelectProps) {
  if (segments.length === 0 && segment === undefined) return null;
  const isListed = segment === undefined || segments.some(({ id }) => id === segment);
  return (
    <label class="field">
      <span>Segment</span>
      <select
        value={segment ?? ''}
        onChange={({ currentTarget }) => onChoose(currentTarget.value || undefined)}
      >
        <option value="">no segment</option>
        {!isListed && <option value={segment}>the segment in the address</option>}
        {segments.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChipsProps {
  filter: Filter;
  chosen: Segment | undefined;
  onConditions: (conditions: readonly Condition[]) => void;
  onSegment: () => void;
}

/** The conditions as removable chips. The conditions of a saved segment cannot be removed one by one. */
function Chips({ filter, chosen, onConditions, onSegment }: ChipsProps) {
  const { conditions, where, isValid } = filter;
  if (!chosen && where === undefined) return null;
  return (
    <ul class="filter-chips" aria-label="Conditions">
      {chosen?.where.map((condition, index) => (
        <li key={`segment ${index}`} class="filter-chip of-segment" title={condition[0]}>
          <bdi>{conditionName(condition)}</bdi>
        </li>
      ))}
      {conditions.map((condition, index) => (
        <Chip
          key={JSON.stringify(condition)}
          words={conditionName(condition)}
          title={condition[0]}
          onRemove={() => onConditions(conditions.filter((_, at) => at !== index))}
        />
      ))}
      {where !== undefined && conditions.length === 0 && (
        <Chip
          words={isValid ? 'no conditions' : 'conditions that are not valid'}
          onRemove={() => onConditions([])}
        />
      )}
      {chosen?.where.length === 0 && <Chip words="no conditions" onRemove={onSegment} />}
    </ul>
  );
}

function Chip({ words, title, onRemove }: { words: string; title?: string; onRemove: () => void }) {
  return (
    <li class="filter-chip" title={title}>
      <bdi>{words}</bdi>
      <button type="button" aria-label={`Remove: ${words}`} onClick={onRemove}>
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}
