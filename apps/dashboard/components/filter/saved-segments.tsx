import type { Segment, Subject } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { send, type Failure } from '../../api/client.js';
import type { Filter } from '../../routing/filter.js';

const SEGMENTS = '/api/insights/v1/segments';

interface SaveProps {
  subject: Subject;
  segments: readonly Segment[];
  /** The saved segment that is part of the filter. */
  chosen: Segment | undefined;
  filter: Filter;
  onCancel: () => void;
  onSaved: (segment: Segment) => void;
}

/** Saves the conditions of a filter under a name; the name of a saved segment replaces it. */
export function SaveSegment({ subject, segments, chosen, filter, onCancel, onSaved }: SaveProps) {
  const [name, setName] = useState('');
  const [refusal, setRefusal] = useState('');
  const same = segments.find((one) => one.name === name.trim());
  const save = async (event: Event) => {
    event.preventDefault();
    const where = [...(chosen?.where ?? []), ...filter.conditions];
    const body = { name: name.trim(), subject, where };
    try {
      const reply = await (same
        ? send('PUT', `${SEGMENTS}/${same.id}`, body)
        : send('POST', SEGMENTS, body));
      onSaved((await reply.json()) as Segment);
    } catch (error) {
      setRefusal((error as Failure).message);
    }
  };
  return (
    <form class="filter-form bar" onSubmit={(event) => void save(event)}>
      <label class="field">
        <span>Name of the segment</span>
        <input
          autofocus
          required
          maxLength={100}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <button type="submit" class="button main-action">
        {same ? 'Replace the saved segment' : 'Save'}
      </button>
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
      <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
    </form>
  );
}

interface ActionsProps {
  segment: Segment;
  onEdit: () => void;
  onRemoved: () => void;
}

/** Changes the conditions of a saved segment, or removes it at the second press. */
export function SegmentActions({ segment: { id, name }, onEdit, onRemoved }: ActionsProps) {
  const [isAsked, setIsAsked] = useState(false);
  const [refusal, setRefusal] = useState('');
  const remove = async () => {
    if (!isAsked) return setIsAsked(true);
    setIsAsked(false);
    try {
      await send('DELETE', `${SEGMENTS}/${id}`);
      onRemoved();
    } catch (error) {
      setRefusal((error as Failure).message);
    }
  };
  return (
    <>
      <button type="button" class="button plain" onClick={onEdit}>
        Edit the conditions<span class="unseen"> of {name}</span>
      </button>
      <button
        type="button"
        class={isAsked ? 'button plain danger' : 'button plain'}
        onClick={() => void remove()}
        onBlur={() => setIsAsked(false)}
      >
        {isAsked ? 'Press again to delete' : 'Delete'}
        <span class="unseen"> the segment {name}</span>
      </button>
      <span role="alert" class="small">
        {refusal}
      </span>
    </>
  );
}
