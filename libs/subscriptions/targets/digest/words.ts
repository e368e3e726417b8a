import type { ReportTerm, Subject } from '#libs/contracts';

/** The words of a report in messages to people. */
interface Words {
  /** The list, without its interval. */
  list: string;
  /** After a number of users or organizations that are new in the list; `one` after 1. */
  entered: { one: string; many: string };
  /** After a number that is not in the list any more. */
  left: string;
}

const both = (words: string) => ({ one: words, many: words });

// Most lists are left for several reasons, such as the end of the interval.
const LEFT = 'left the list';

const WORDS: Record<ReportTerm, Words> = {
  user_champion: { list: 'Champions', entered: both('became active'), left: 'became inactive' },
  user_top_inviter: { list: 'Top inviters', entered: both('started inviting'), left: LEFT },
  user_churn: {
    list: 'Users who are slipping away',
    entered: both('slipped away'),
    left: 'came back',
  },
  user_reengagement: { list: 'Users who came back', entered: both('came back'), left: LEFT },
  org_growth: { list: 'Growing organizations', entered: both('started growing'), left: LEFT },
  org_attrition: {
    list: 'Organizations losing people',
    entered: both('started losing people'),
    left: LEFT,
  },
  org_churn: {
    list: 'Organizations that went quiet',
    entered: both('went quiet'),
    left: 'came back',
  },
  org_reengagement: {
    list: 'Organizations that came back',
    entered: both('came back'),
    left: LEFT,
  },
  org_slipping: { list: 'Slipping organizations', entered: both('started slipping'), left: LEFT },
  org_champion_lost: {
    list: 'Organizations that lost their champion',
    entered: { one: 'lost its champion', many: 'lost their champion' },
    left: LEFT,
  },
  org_owner_lost: {
    list: 'Organizations that lost their last owner',
    entered: { one: 'lost its last owner', many: 'lost their last owner' },
    left: LEFT,
  },
  org_health: {
    list: 'Health of organizations',
    entered: both('got a health score'),
    left: LEFT,
  },
};

const KINDS: Record<Subject, { one: string; many: string }> = {
  user: { one: 'user', many: 'users' },
  org: { one: 'organization', many: 'organizations' },
};

/** @param report such as `org/churn` */
export function wordsOf(report: string): Words {
  return WORDS[report.replace('/', '_') as ReportTerm];
}

/** "Organizations that went quiet (30 days)". */
export function listName(report: string, interval: string): string {
  const days = { Weekly: '7', Monthly: '30' }[interval] ?? interval;
  return `${wordsOf(report).list} (${days} days)`;
}

/** "3 organizations went quiet, 1 came back"; undefined without changes. */
export function changesInWords(
  subject: Subject,
  report: string,
  counts: { entered: number; left: number },
): string | undefined {
  const words = wordsOf(report);
  const parts = [
    [counts.entered, counts.entered === 1 ? words.entered.one : words.entered.many] as const,
    [counts.left, words.left] as const,
  ].filter(([count]) => count > 0);
  if (parts.length === 0) return undefined;
  return parts
    .map(([count, verb], index) => {
      const kind = index === 0 ? ` ${count === 1 ? KINDS[subject].one : KINDS[subject].many}` : '';
      return `${formatNumber(count)}${kind} ${verb}`;
    })
    .join(', ');
}

/** "Went quiet", as a heading. */
export const heading = (words: string): string => words[0]!.toUpperCase() + words.slice(1);

const numbers = new Intl.NumberFormat('en-GB');
export const formatNumber = (value: number): string => numbers.format(value);

/** "1 member", "1,204 members". */
export const formatCount = (value: number, one: string): string =>
  `${formatNumber(value)} ${one}${value === 1 ? '' : 's'}`;

/** "5 Jan 2026, 09:00" in a time zone. @param seconds unix seconds */
export function formatMoment(seconds: number, timeZone: string): string {
  const options = { timeZone, dateStyle: 'medium', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(seconds * 1_000);
}

/** "5 Jan 2026" in a time zone. @param seconds unix seconds */
export function formatDate(seconds: number, timeZone: string): string {
  const options = { timeZone, dateStyle: 'medium' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(seconds * 1_000);
}
