import type { CreatedSubscription, Subject, Subscription } from '#libs/contracts';
import { useState } from 'preact/hooks';
import type { Failure } from '../../api/client.js';
import { changeSubscription, createSubscription } from '../../api/subscriptions.js';
import { useSession } from '../../api/session.js';
import { FilterBar } from '../../components/filter/bar.js';
import { filterFrom } from '../../routing/filter.js';
import { Link } from '../../routing/link.js';
import { navigate } from '../../routing/location.js';
import { ALL_REPORTS, SUBJECTS, intervalName } from '../../labels/reports.js';
import {
  CHANGES,
  SCHEDULES,
  TARGET_KINDS,
  WEEKDAYS,
  subscriptionAddress,
  weekdayName,
} from '../../labels/subscriptions.js';
import { bodyOfDraft, defaultName, withReport, wordsOfReport, type Draft } from './draft.js';
import { FORM, Input, Select } from './fields.js';

interface Props {
  first: Draft;
  /** The subscription to change; undefined creates one. */
  of?: Subscription;
  onCreated?: (created: CreatedSubscription) => void;
}

/** The form that creates or changes a subscription. */
export function SubscriptionForm({ first, of, onCreated }: Props) {
  const [draft, setDraft] = useState(first);
  const [refusal, setRefusal] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const save = async (event: Event) => {
    event.preventDefault();
    if (isSaving) return;
    setIsSaving(true);
    setRefusal('');
    try {
      const body = bodyOfDraft(draft);
      if (!of) return onCreated?.(await createSubscription(body));
      await changeSubscription(of.id, body);
      navigate(subscriptionAddress(of.id));
    } catch (error) {
      setRefusal((error as Failure).message);
      setIsSaving(false);
    }
  };
  return (
    <section class="panel" aria-label="The subscription">
      <form hidden id={FORM} onSubmit={(event) => void save(event)} />
      <What draft={draft} onChange={setDraft} />
      <When draft={draft} set={set} />
      <Where draft={draft} set={set} isNew={!of} />
      <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
      <div class="bar">
        <button type="submit" form={FORM} class="button main-action" aria-disabled={isSaving}>
          {of ? 'Save' : 'Create the subscription'}
        </button>
        <Link class="button" href={of ? subscriptionAddress(of.id) : '/subscriptions'}>
          Cancel
        </Link>
      </div>
    </section>
  );
}

/** The name, the report, the changes and the filter. */
function What({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) {
  const set = (changes: Partial<Draft>) => onChange({ ...draft, ...changes });
  const { subject, intervals } = wordsOfReport(draft.report)!;
  return (
    <>
      <h2>What changes</h2>
      <div class="bar">
        <Select
          label="Report"
          value={draft.report}
          onChange={(report) => onChange(withReport(draft, report))}
        >
          <ReportOptions />
        </Select>
        <Select
          label="Interval"
          value={draft.interval}
          options={intervals.map((one) => [one, intervalName(one)])}
          onChange={(interval) => set({ interval })}
        />
        <Select
          label="Changes"
          value={draft.change}
          options={Object.entries(CHANGES)}
          onChange={(change) => set({ change: change as Draft['change'] })}
        />
      </div>
      <FilterBar
        key={subject}
        subject={subject}
        filter={filterFrom(draft.filter)}
        label="Only for some:"
        onFilter={(filter) => set({ filter })}
      />
      <Input
        label="Name"
        value={draft.name}
        placeholder={defaultName(draft)}
        maxLength={100}
        onText={(name) => set({ name })}
      />
    </>
  );
}

function ReportOptions() {
  return (
    <>
      {Object.entries(SUBJECTS).map(([subject, name]) => (
        <optgroup key={subject} label={name}>
          {ALL_REPORTS.filter((one) => one.subject === (subject as Subject)).map((one) => (
            <option key={one.report} value={`${subject}/${one.report}`}>
              {one.title}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

interface PartProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

function When({ draft, set }: PartProps) {
  const { state } = useSession();
  const zone = state.is === 'in' ? state.reader.time_zone : '';
  return (
    <>
      <h2>When</h2>
      <div class="bar">
        <Select
          label="Send"
          value={draft.schedule}
          options={Object.entries(SCHEDULES)}
          onChange={(schedule) => set({ schedule: schedule as Draft['schedule'] })}
        />
        {draft.schedule === 'weekly' && (
          <Select
            label="On"
            value={draft.weekday}
            options={WEEKDAYS.map((day) => [day, weekdayName(day)])}
            onChange={(weekday) => set({ weekday })}
          />
        )}
        {draft.schedule !== 'run' && (
          <>
            <Input
              label="At"
              type="time"
              required
              value={draft.time}
              onText={(time) => set({ time })}
            />
            <span class="small soft">{zone}</span>
          </>
        )}
      </div>
      <p class="small soft">
        {draft.schedule === 'run'
          ? 'Nothing is sent when nothing changed.'
          : 'All changes since the last message, as one. It is also sent when nothing changed.'}
      </p>
    </>
  );
}

const HINTS: Record<Draft['kind'], string> = {
  webhook:
    'A signed POST with JSON, by the rules of Standard Webhooks. The secret is shown once, after this form.',
  slack: 'The address of an incoming webhook of Slack.',
  email: 'Several addresses are separated by commas. Each message has a link that ends it.',
};

function Where({ draft, set, isNew }: PartProps & { isNew: boolean }) {
  const isMail = draft.kind === 'email';
  return (
    <>
      <h2>Where to</h2>
      <div class="bar">
        <Select
          label="Send to"
          value={draft.kind}
          options={Object.entries(TARGET_KINDS)}
          onChange={(kind) => set({ kind: kind as Draft['kind'] })}
        />
        {isMail ? (
          <Input
            label="Addresses"
            value={draft.to}
            placeholder="ann@example.com, ben@example.com"
            required
            onText={(to) => set({ to })}
          />
        ) : (
          <Input
            label="URL"
            type="url"
            value={draft.url}
            placeholder="https://"
            required
            onText={(url) => set({ url })}
          />
        )}
      </div>
      <p class="small soft">{HINTS[draft.kind]}</p>
      {isNew && (
        <label class="field">
          <input
            type="checkbox"
            form={FORM}
            checked={draft.paused}
            onChange={() => set({ paused: !draft.paused })}
          />
          Paused for now
        </label>
      )}
    </>
  );
}
