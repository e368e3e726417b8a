/** A question that an agent can ask: a tool of the Model Context Protocol. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  /**
   * The names of the operations of the API that answer. With several, the argument `metric` chooses one by the last part
   * of its path.
   */
  operations: readonly [string, ...string[]];
}

const NOW =
  'Names, e-mails and memberships are current; the other values are those of the latest report run.';

/** All tools. Their arguments and answers are those of the operations. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'list_reports',
    title: 'The reports',
    description:
      'Lists the reports with their intervals, how many rows each has, and when it was last made.',
    operations: ['listReports'],
  },
  {
    name: 'get_report',
    title: 'A report',
    description:
      'A page of a ranked list of users or organizations, such as org churn 30 or user champion 30, with the change of ' +
      'each row since an earlier run (`compare_to`). `change` selects the rows that entered, moved or left; `where` narrows ' +
      'the list to a segment.',
    operations: ['getReportChanges'],
  },
  {
    name: 'search_users',
    title: 'Users',
    description: `All users, searched by name, e-mail or id, filtered and sorted. ${NOW}`,
    operations: ['listUsers'],
  },
  {
    name: 'search_orgs',
    title: 'Organizations',
    description: `All customer organizations, searched by name or id, filtered and sorted. ${NOW}`,
    operations: ['listOrgs'],
  },
  {
    name: 'get_user',
    title: 'A user',
    description: 'One user: profile, organizations, active days, invites and places in reports.',
    operations: ['getUser'],
  },
  {
    name: 'get_org',
    title: 'An organization',
    description:
      'One organization: health, members and activity over time, who joined and left, places in reports.',
    operations: ['getOrg'],
  },
  {
    name: 'get_chart',
    title: 'A chart',
    description:
      'Numbers over time. `metric` is signups, orgs_created, active_users or active_orgs, or one of the engagement charts ' +
      'rolling, stickiness, frequency, lifecycle and retention. For those, `subject` is user (default) or org, and not all of ' +
      'them take every other argument.',
    operations: [
      'getSegmentedChart',
      'getRollingChart',
      'getStickinessChart',
      'getFrequencyChart',
      'getLifecycleChart',
      'getRetentionChart',
    ],
  },
  {
    name: 'summary',
    title: 'The summary',
    description:
      'Totals, this month compared with the last one, the time zone of days and the latest run.',
    operations: ['getSummary'],
  },
  {
    name: 'definitions',
    title: 'The definitions',
    description: 'What each number and each report means. Read it before explaining a number.',
    operations: ['getDefinitions'],
  },
];

/** Shown to an agent when it connects. */
export const INSTRUCTIONS =
  'insightd knows the users and customer organizations of a B2B product: who is most active, who went quiet, who came ' +
  'back, which organizations grow, shrink or are slipping. Reports are ranked lists of a report run; `summary` says when the latest ' +
  'was made. Instants are unix seconds; days are YYYY-MM-DD in the time zone of the store. Pages count from 0.';
