import type { Baseline } from './subscriptions.js';

/** A message as a receiver got it. A message in parts is several of these, each with an id of its own. */
export interface Received {
  id: string;
  /** The text that must be equal each time the id arrives. */
  body: string;
  from: string;
  to: string;
  entered: readonly string[];
  left: readonly string[];
  /** Of the whole message. */
  counts: { entered: number; left: number };
  rebased?: boolean | undefined;
  part?: { number: number; of: number } | undefined;
}

/**
 * Folds the messages of a subscription for the change `both`, in the order of arrival, over the first of its baselines,
 * and returns the ids that the receiver knows in the end. "between rebases B₀ plus all entered minus all left = the last
 * B: no change is lost, and none is sent under two ids". A message may arrive several times. Throws an error that names
 * the broken rule.
 *
 * @param baselines every baseline of the subscription in order, also of steps without a message
 * @param gone the subjects deleted or excluded at any time, which are "counted in `counts` and not shown"
 */
export function fold(
  baselines: readonly Baseline[],
  received: readonly Received[],
  gone: ReadonlySet<string> = new Set(),
): string[] {
  const shown = (ids: Iterable<string>) => [...ids].filter((id) => !gone.has(id));
  let place = 0;
  let known = shown(baselines[0]!.ids);
  for (const message of joinParts(onlyOnce(received))) {
    const { from, to, entered, left } = message;
    skipQuietSteps(from);
    const [before, after] = [baselines[place]!, baselines[place + 1]];
    check(after?.run === to, `${from} is followed by ${after?.run}, not by ${to}`);
    place += 1;
    if (message.rebased) {
      check(entered.length + left.length === 0, `the rebased message to ${to} has changes`);
      known = shown(after.ids);
      continue;
    }
    check(isSame(entered, unique(entered)), `an id entered twice with ${to}`);
    check(isSame(left, unique(left)), `an id left twice with ${to}`);
    check(!shown(entered).some((id) => known.includes(id)), `an id entered with ${to} again`);
    check(
      shown(left).every((id) => known.includes(id)),
      `an id left with ${to} without being there`,
    );
    known = [...known, ...shown(entered)].filter((id) => !left.includes(id));
    check(isSame(known, shown(after.ids)), `other ids than the list of ${to}`);
    const counts = [minus(after, before), minus(before, after)].map((ids) => ids.length);
    check(isSame([message.counts.entered, message.counts.left], counts), `other counts at ${to}`);
  }
  skipQuietSteps(baselines.at(-1)!.run);
  return known;

  /** "to(k) = from(k+1) or nothing between": moves on to a baseline over steps that changed nothing. */
  function skipQuietSteps(run: string): void {
    check(
      baselines.slice(place).some((one) => one.run === run),
      `no baseline is of ${run} any more`,
    );
    for (; baselines[place]!.run !== run; place += 1) {
      const [before, after] = [baselines[place]!, baselines[place + 1]!];
      const isQuiet = isSame([...before.ids], [...after.ids]) && isOfOneKind(before, after);
      check(isQuiet, `the step from ${before.run} to ${after.run} is missing`);
    }
  }
}

/** Each id at its first arrival: "one id, one body". */
function onlyOnce(received: readonly Received[]): Received[] {
  const first = new Map<string, Received>();
  for (const message of received) {
    const { body } = first.get(message.id) ?? message;
    check(body === message.body, `the id ${message.id} has two bodies`);
    if (!first.has(message.id)) first.set(message.id, message);
  }
  return [...first.values()];
}

/** Joins the parts of each message, which arrive in order and without another message between them. */
function joinParts(messages: readonly Received[]): Received[] {
  const joined: Received[] = [];
  let missing = 0;
  for (const message of messages) {
    const { number, of } = message.part ?? { number: 1, of: 1 };
    const open = missing > 0 ? joined.pop()! : { ...message, entered: [], left: [] };
    const isNext = missing > 0 ? number === of - missing + 1 : number === 1;
    const name = `part ${number} of ${of} of ${message.from} to ${message.to}`;
    check(isNext && open.from === message.from && open.to === message.to, `${name} has no turn`);
    check(JSON.stringify(open.counts) === JSON.stringify(message.counts), `${name}: other counts`);
    joined.push({
      ...open,
      entered: [...open.entered, ...message.entered],
      left: [...open.left, ...message.left],
    });
    missing = of - number;
  }
  check(missing === 0, `the last ${missing} parts are missing`);
  return joined;
}

/** "the exclusion rules' version or the segment's definition differs from the baseline's". */
function isOfOneKind(one: Baseline, other: Baseline): boolean {
  return one.exclusions === other.exclusions && one.definition === other.definition;
}

function minus(one: Baseline, other: Baseline): string[] {
  return [...one.ids].filter((id) => !other.ids.has(id));
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** Whether two lists have the same members, in any order. */
function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return JSON.stringify(one.toSorted()) === JSON.stringify(other.toSorted());
}

function check(holds: unknown, problem: string): asserts holds {
  if (!holds) throw new Error(problem);
}
