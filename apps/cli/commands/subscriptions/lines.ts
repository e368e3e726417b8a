import type { Delivery, Subscription } from '#libs/contracts';

/** A subscription in one line. */
export function subscriptionLine(of: Subscription): string {
  const waiting = `${of.waiting} waiting, ${of.given_up} given up`;
  return [of.id, of.state, report(of), schedule(of), target(of), waiting, of.name].join('  ');
}

/** A subscription, one value a line. */
export function subscriptionLines(of: Subscription): string {
  const lines: [string, string][] = [
    ['id', of.id],
    ['name', of.name],
    ['state', [of.state, of.ended_reason].filter(Boolean).join(': ')],
    ['report', report(of)],
    ['changes', of.change],
    ['where', of.where ? JSON.stringify(of.where) : '-'],
    ['segment', of.segment ?? '-'],
    ['schedule', schedule(of)],
    ['next', moment(of.next_at)],
    ['target', target(of)],
    ['up to', moment(of.baseline?.report_time ?? null)],
    ['waiting', String(of.waiting)],
    ['given up', String(of.given_up)],
  ];
  return lines.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}

/** A delivery in one line. */
export function deliveryLine(of: Delivery): string {
  const counts = of.counts ? `${of.counts.entered} entered, ${of.counts.left} left` : undefined;
  const what = of.kind === 'test' ? 'test' : of.rebased ? 'rebased' : (counts ?? 'changes');
  const part = of.part ? `part ${of.part.number} of ${of.part.of}` : undefined;
  const next = of.state === 'waiting' ? `next ${moment(of.next_attempt_at)}` : undefined;
  const why = of.state === 'delivered' ? undefined : of.error;
  return [of.id, moment(of.created_at), of.state, what, part, `${of.attempts} attempts`, next, why]
    .filter((each) => each !== undefined && each !== null)
    .join('  ');
}

const report = (of: Subscription): string => `${of.report} ${of.interval}`;

const target = ({ target: to }: Subscription): string =>
  `${to.kind} ${'to' in to ? to.to.join(',') : to.url}`;

function schedule({ schedule: when }: Subscription): string {
  if ('every' in when) return 'every run';
  return 'daily' in when ? `daily ${when.daily}` : `${when.weekly} ${when.at}`;
}

const moment = (seconds: number | null): string =>
  seconds === null ? '-' : new Date(seconds * 1000).toISOString();
