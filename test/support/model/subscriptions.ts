/** What a subscription asks for, as far as its messages depend on it. */
export interface ModelSubscription {
  change: 'entered' | 'left' | 'both';
  /** Daily or weekly: "a digest is sent all the same". */
  isDigest: boolean;
}

/** A run of the report at the interval: "scheduled or requested for now, and completed". Its list is not filtered. */
export interface EligibleRun {
  id: string;
  /** Unix s. */
  reportTime: number;
  list: readonly string[];
  /** "a version number, which every run records". */
  exclusions: number;
}

/** One moment of use: everything that a step depends on. */
export interface Step {
  /** The eligible runs of the store at this moment, in any order; a withdrawn or pruned one is absent. */
  runs: readonly EligibleRun[];
  /** The subjects that the segment matches at this moment; null: no segment, so every subject. */
  matches: ReadonlySet<string> | null;
  /** The segment's definition in any form in which equal definitions are equal; null: no segment. */
  definition: string | null;
  state: 'due' | 'not due' | 'paused';
}

/** "B, a set of ids, and b, the run it is of", with the rules and the definition that the ids are by. */
export interface Baseline {
  run: string;
  ids: ReadonlySet<string>;
  exclusions: number;
  definition: string | null;
}

export interface ModelMessage {
  from: string;
  to: string;
  /** In the order of the list of `to`, of the change asked for. */
  entered: string[];
  /** In the order of the baseline, of the change asked for. */
  left: string[];
  rebased: boolean;
}

/** The messages that are stored, and every baseline in order, also of the steps that stored no message. */
export interface Story {
  messages: ModelMessage[];
  baselines: Baseline[];
}

/** The story of a subscription that is created at the first step. */
export function storyOf(subscription: ModelSubscription, steps: readonly Step[]): Story {
  const story: Story = { messages: [], baselines: [] };
  for (const [index, step] of steps.entries()) {
    if (story.baselines.length === 0) takeFirstBaseline(story, step, index === 0);
    if (step.state === 'due') take(subscription, story, step);
  }
  return story;
}

/**
 * "at first L(b) of the latest eligible run (if there is none, the first one becomes the baseline, without a message)".
 * It depends neither on the schedule nor on a pause.
 */
function takeFirstBaseline({ baselines }: Story, step: Step, isCreation: boolean): void {
  const runs = inOrder(step.runs);
  const run = isCreation ? runs.at(-1) : runs[0];
  if (run) baselines.push(baselineOf(run, step));
}

/** "When due: r = the latest eligible run by report_time; if r ≠ b, ..." */
function take(subscription: ModelSubscription, { messages, baselines }: Story, step: Step): void {
  const before = baselines.at(-1);
  const run = inOrder(step.runs).at(-1);
  if (!before || !run || run.id === before.run) return;
  const after = baselineOf(run, step);
  baselines.push(after);

  const rebased = after.exclusions !== before.exclusions || after.definition !== before.definition;
  // "the message carries `rebased: true` and no changes"
  const isAsked = (change: 'entered' | 'left') =>
    !rebased && (subscription.change === 'both' || subscription.change === change);
  const entered = isAsked('entered') ? [...after.ids].filter((id) => !before.ids.has(id)) : [];
  const left = isAsked('left') ? [...before.ids].filter((id) => !after.ids.has(id)) : [];

  // "A message is stored when entered or left (of the change asked for) is not empty, or the step is rebased; else B
  // and b move on without one (a digest is sent all the same, and says so)."
  const isStored = entered.length > 0 || left.length > 0 || rebased || subscription.isDigest;
  if (isStored) messages.push({ from: before.run, to: run.id, entered, left, rebased });
}

/** L(r) "is its list, filtered by the segment at the moment of use". */
function baselineOf(run: EligibleRun, { matches, definition }: Step): Baseline {
  const ids = new Set(run.list.filter((id) => matches === null || matches.has(id)));
  return { run: run.id, ids, exclusions: run.exclusions, definition };
}

function inOrder(runs: readonly EligibleRun[]): EligibleRun[] {
  return runs.toSorted((one, other) => one.reportTime - other.reportTime);
}
