import type { Delivery, Subscription, SubscriptionSchedule } from '#libs/contracts';
import { intervalName, wordsOf } from './reports.js';

type Kind = Subscription['target']['kind'];

export const TARGET_KINDS: Record<Kind, string> = {
  webhook: 'Webhook',
  slack: 'Slack',
  email: 'E-mail',
};

export const CHANGES: Record<Subscription['change'], string> = {
  both: 'Entered or left',
  entered: 'Entered',
  left: 'Left',
};

/** The state of a subscription, and how its mark looks. */
export const STATES: Record<Subscription['state'], { name: string; look: string }> = {
  active: { name: 'active', look: 'good' },
  paused: { name: 'paused', look: '' },
  ended: { name: 'ended', look: 'bad' },
};

export const DELIVERY_STATES: Record<Delivery['state'], { name: string; look: string }> = {
  waiting: { name: 'waiting', look: 'care' },
  delivered: { name: 'delivered', look: 'good' },
  given_up: { name: 'given up', look: 'bad' },
};

export const SCHEDULES = {
  run: 'With every report',
  daily: 'Once a day',
  weekly: 'Once a week',
} as const;

export const WEEKDAYS = [
  ...(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const),
  ...(['saturday', 'sunday'] as const),
] as const;

/** "with every report", "daily at 09:00", "Mondays at 09:00". */
export function scheduleName(schedule: SubscriptionSchedule): string {
  if ('every' in schedule) return 'with every report';
  if ('daily' in schedule) return `daily at ${schedule.daily}`;
  return `${weekdayName(schedule.weekly)}s at ${schedule.at}`;
}

/** "Monday". */
export const weekdayName = (day: string): string => day[0]!.toUpperCase() + day.slice(1);

/** The report and the interval: "Gone quiet, 30 days". */
export function reportName(report: string, interval: string): string {
  const [subject, name] = report.split('/') as [string, string];
  const title = wordsOf(subject, name)?.title ?? report;
  return `${title}, ${intervalName(interval)}`;
}

/** The address or the addresses of a target. */
export const targetAddress = (target: Subscription['target']): string =>
  'to' in target ? target.to.join(', ') : target.url;

export const subscriptionAddress = (id: string): string =>
  `/subscriptions/${encodeURIComponent(id)}`;

/** The form for a new subscription to a report. */
export const NEW_SUBSCRIPTION = '/subscriptions/new';
