import type { Exclusions, Summary } from '#libs/contracts';
import { useRef, useState } from 'preact/hooks';
import type { Failure } from '../../api/client.js';
import {
  previewRules,
  readExclusions,
  rulesOf,
  saveRules,
  type RuleList,
  type Rules,
} from '../../api/exclusions.js';
import { useResource } from '../../api/resource.js';
import { formatCount, formatNumber } from '../../labels/format.js';
import { KINDS } from '../../labels/names.js';
import { LISTS } from './lists.js';
import { RulesPanel } from './rules-panel.js';

interface Props {
  saved: Exclusions;
  onSaved: (rules: Exclusions) => void;
}

const CHANGED_MEANWHILE =
  'Nothing was saved: the rules were changed elsewhere in the meantime. Load the page again.';

/** The three lists of rules. Changes are collected, with a preview of their effect, until they are saved. */
export function Editor({ saved, onSaved }: Props) {
  const { draft, preview, change, discard } = useDraft(saved);
  const [refusal, setRefusal] = useState('');
  const changes = LISTS.reduce(
    (sum, { list }) => sum + difference(saved[list], draft[list]).length,
    0,
  );
  // Charts of active organizations follow before the reply, which may take seconds.
  const [isSaving, setIsSaving] = useState(false);
  const save = async () => {
    if (isSaving) return;
    setIsSaving(true);
    setRefusal('');
    try {
      if ((await readExclusions()).version === saved.version) onSaved(await saveRules(draft));
      else setRefusal(CHANGED_MEANWHILE);
    } catch (error) {
      setRefusal((error as Failure).message);
    }
    setIsSaving(false);
  };
  return (
    <>
      <div class="columns rule-lists">
        {LISTS.map((words) => (
          <RulesPanel
            key={words.list}
            words={words}
            saved={saved[words.list]}
            draft={draft[words.list]}
            onChange={(values) => change(words.list, values)}
          />
        ))}
      </div>
      <div class={changes > 0 ? 'panel unsaved' : undefined}>
        <div role="status">
          {changes > 0 && (
            <>
              <strong>{formatCount(changes, 'unsaved change')}.</strong>{' '}
              <Preview preview={preview} saved={saved} />
            </>
          )}
        </div>
        <div role="alert">{refusal !== '' && <p class="warning">{refusal}</p>}</div>
        {changes > 0 && (
          <div class="bar">
            <button
              type="button"
              class="button main-action"
              aria-disabled={isSaving}
              onClick={() => void save()}
            >
              {isSaving ? 'Saving …' : 'Save the rules'}
            </button>
            <button type="button" class="button" onClick={discard}>
              Discard the changes
            </button>
          </div>
        )}
      </div>
    </>
  );
}

type Counts = Exclusions['excluded'];

interface Draft {
  draft: Rules;
  /** What the draft would exclude; undefined while it is counted. */
  preview: Counts | undefined;
  /** Replaces a list. @throws Failure when a value is not valid: the draft is then as before */
  change: (list: RuleList, values: string[]) => Promise<void>;
  discard: () => void;
}

function useDraft(saved: Exclusions): Draft {
  const [draft, setDraft] = useState(() => rulesOf(saved));
  const [preview, setPreview] = useState<Counts | undefined>(saved.excluded);
  const current = useRef(draft);
  const show = (rules: Rules, counts: Counts | undefined) => {
    current.current = rules;
    setDraft(rules);
    setPreview(counts);
  };
  const change = async (list: RuleList, values: string[]) => {
    const before = current.current;
    const next = { ...before, [list]: values };
    show(next, undefined);
    try {
      const counts = await previewRules(next);
      if (current.current === next) setPreview(counts);
    } catch (failure) {
      if (current.current === next) show(before, preview);
      throw failure;
    }
  };
  return { draft, preview, change, discard: () => show(rulesOf(saved), saved.excluded) };
}

/** How many users and organizations the changed rules exclude, of how many. */
function Preview({ preview, saved }: { preview: Counts | undefined; saved: Exclusions }) {
  const summary = useResource<Summary>('/api/insights/v1/summary');
  if (!preview) return <span class="soft">Counting …</span>;
  const isLast = (subject: 'user' | 'org') => {
    const totals = summary.data?.totals[`${subject}s`];
    const all = totals === undefined ? undefined : totals + saved.excluded[`${subject}s`];
    return all !== undefined && all > 0 && preview[`${subject}s`] >= all;
  };
  return (
    <>
      The rules would exclude {formatCount(preview.users, 'user')} and{' '}
      {formatCount(preview.orgs, 'organization')}{' '}
      <span class="soft">
        (now {formatNumber(saved.excluded.users)} and {formatNumber(saved.excluded.orgs)})
      </span>
      .
      {(['user', 'org'] as const).filter(isLast).map((subject) => (
        <span key={subject} class="mark bad">
          No {KINDS[subject].one} would be left
        </span>
      ))}
    </>
  );
}

/** The values that are in only one of two lists. */
function difference(one: readonly string[], other: readonly string[]): string[] {
  const [first, second] = [new Set(one), new Set(other)];
  return [
    ...one.filter((value) => !second.has(value)),
    ...other.filter((value) => !first.has(value)),
  ];
}
