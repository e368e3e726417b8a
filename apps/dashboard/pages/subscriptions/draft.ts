import type { Subscription, SubscriptionSchedule, SubscriptionTarget } from '#libs/contracts';
import { bodyOf, type SubscriptionBody } from '../../api/subscriptions.js';
import { filterOf, whereText, type Filter } from '../../routing/filter.js';
import type { Place } from '../../routing/location.js';
import { ALL_REPORTS, wordsOf, type ReportWords } from '../../labels/reports.js';
import { type SCHEDULES, WEEKDAYS, reportName } from '../../labels/subscriptions.js';

/** The fields of the form, also those that another choice hides. */
export interface Draft {
  /** Empty: the name of the report. */
  name: string;
  report: string;
  interval: string;
  filter: Pick<Filter, 'where' | 'segment'>;
  change: Subscription['change'];
  schedule: keyof typeof SCHEDULES;
  weekday: string;
  time: string;
  kind: SubscriptionTarget['kind'];
  url: string;
  /** E-mail addresses, separated by commas, spaces or lines. */
  to: string;
  paused: boolean;
}

const FIRST = ALL_REPORTS.find(({ subject, report }) => subject === 'org' && report === 'churn')!;

/** A new subscription: to the report, interval, change and filter in an address, else to "Gone quiet". */
export function newDraft(place: Place): Draft {
  const { query } = place;
  const report = query.get('report') ?? '';
  const words = wordsOfReport(report) ?? FIRST;
  const change = query.get('change');
  const { where, segment } = filterOf(place);
  return {
    ...{ name: '', report: `${words.subject}/${words.report}`, filter: { where, segment } },
    interval: intervalOf(words, query.get('interval') ?? '30'),
    change: change === 'entered' || change === 'left' ? change : 'both',
    ...{ schedule: 'run', weekday: WEEKDAYS[0], time: '09:00' },
    ...{ kind: 'webhook', url: '', to: '', paused: false },
  };
}

export function draftOf(of: Subscription): Draft {
  const { schedule, target, where, segment, ...body } = bodyOf(of);
  return {
    ...body,
    filter: { where: where && whereText(where), segment },
    ...{ schedule: 'every' in schedule ? 'run' : 'daily' in schedule ? 'daily' : 'weekly' },
    weekday: 'weekly' in schedule ? schedule.weekly : WEEKDAYS[0],
    time: 'daily' in schedule ? schedule.daily : 'at' in schedule ? schedule.at : '09:00',
    kind: target.kind,
    url: 'url' in target ? target.url : '',
    to: 'to' in target ? target.to.join(', ') : '',
  };
}

/** The draft for another report: with an interval that it has, and without a filter for another subject. */
export function withReport(draft: Draft, report: string): Draft {
  const isSame = report.split('/')[0] === draft.report.split('/')[0];
  return {
    ...draft,
    report,
    interval: intervalOf(wordsOfReport(report)!, draft.interval),
    filter: isSame ? draft.filter : {},
  };
}

export const wordsOfReport = (report: string): ReportWords | undefined =>
  wordsOf(...(report.split('/') as [string, string]));

const intervalOf = ({ intervals }: ReportWords, wanted: string): string =>
  intervals.includes(wanted) ? wanted : intervals.at(-1)!;

/** The name of a draft whose reader typed none. */
export const defaultName = ({ report, interval }: Draft): string => reportName(report, interval);

/** The body of the request that saves a draft. */
export function bodyOfDraft(draft: Draft): SubscriptionBody {
  const { report, interval, change, paused } = draft;
  const { where, segment } = draft.filter;
  return {
    ...{ name: draft.name.trim() || defaultName(draft), report, interval, change, paused },
    ...{ where: where === undefined ? undefined : (JSON.parse(where) as []), segment },
    ...{ schedule: scheduleOf(draft), target: targetOf(draft) },
  };
}

function scheduleOf({ schedule, weekday, time }: Draft): SubscriptionSchedule {
  if (schedule === 'run') return { every: 'run' };
  if (schedule === 'daily') return { daily: time };
  return { weekly: weekday as (typeof WEEKDAYS)[number], at: time };
}

function targetOf({ kind, url, to }: Draft): SubscriptionTarget {
  if (kind !== 'email') return { kind, url: url.trim() };
  return { kind, to: to.split(/[\s,;]+/).filter((one) => one !== '') };
}
