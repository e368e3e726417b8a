import type { ReportChanges, Summary } from '#libs/contracts';
import { Choices } from '../../components/choices.js';
import { changed, type Place } from '../../routing/location.js';
import {
  COMPARISONS,
  DEFAULT_COMPARISON,
  isComparison,
  type Comparison,
} from '../../labels/comparisons.js';
import { formatMoment } from '../../labels/format.js';
import {
  aboutChampion,
  aboutOwner,
  aboutQuiet,
  aboutSlipping,
  activeDays,
  departuresOf,
  lastSeenAt,
} from './about.js';
import { News } from './news.js';
import { TopOf } from './top-of.js';
import { contactsOf, useTop, type AskedList } from './top.js';

interface Props {
  latest: NonNullable<Summary['latest_run']>;
  totals: Summary['totals'];
  place: Place;
}

/** "Who needs a call today": what is new, and the first of each list. */
export function Calls({ latest, totals, place }: Props) {
  const named = place.query.get('against') ?? '';
  const against = isComparison(named) ? named : DEFAULT_COMPARISON;
  const runs = { run_id: latest.run_id, compare_to: against };
  const slipping = useTop(LISTS.slipping, runs);
  const championLost = useTop(LISTS.championLost, runs);
  const ownerLost = useTop(LISTS.ownerLost, runs);
  const quiet = useTop(LISTS.quiet, runs);
  const shrinking = useTop(LISTS.shrinking, runs);
  const leaving = useTop(LISTS.leaving, runs);
  const champions = useTop(LISTS.champions, runs);
  const news = [
    { list: LISTS.slipping, of: slipping.top },
    { list: LISTS.championLost, of: championLost.top },
    { list: LISTS.ownerLost, of: ownerLost.top },
  ];
  const shared = { against, totals };
  return (
    <section aria-labelledby="calls" class="block">
      <Against place={place} against={against} report={quiet.top.data} />
      <div class="columns calls">
        <News lists={news} runs={runs} />
        <TopOf
          list={LISTS.slipping}
          of={slipping}
          about={aboutSlipping(contactsOf(slipping))}
          {...shared}
        />
        <TopOf
          list={LISTS.championLost}
          of={championLost}
          about={aboutChampion(contactsOf(championLost))}
          {...shared}
        />
        <TopOf
          list={LISTS.ownerLost}
          of={ownerLost}
          about={aboutOwner(contactsOf(ownerLost))}
          {...shared}
        />
        <TopOf list={LISTS.quiet} of={quiet} about={aboutQuiet(contactsOf(quiet))} {...shared} />
        <TopOf list={LISTS.shrinking} of={shrinking} about={departuresOf} {...shared} />
        <TopOf
          list={LISTS.leaving}
          of={leaving}
          about={lastSeenAt(latest.report_time)}
          {...shared}
        />
        <TopOf list={LISTS.champions} of={champions} about={activeDays} {...shared} />
      </div>
    </section>
  );
}

interface AgainstProps {
  place: Place;
  against: Comparison;
  /** A report of the comparison, once it is loaded. */
  report: ReportChanges | undefined;
}

/** The heading, with the report that all lists are compared with. */
function Against({ place, against, report }: AgainstProps) {
  const previous = report?.previous;
  return (
    <header class="head">
      <h2 id="calls">Who needs a call today</h2>
      <div class="bar small soft">
        <span>Compared with</span>
        <Choices
          label="Compared with"
          choices={Object.entries(COMPARISONS).map(([name, title]) => ({
            name: title,
            href: changed(place, { against: name === DEFAULT_COMPARISON ? undefined : name }),
            current: name === against,
          }))}
        />
        <span>
          {previous ? (
            <>
              <span class="mark accent">new</span> since {formatMoment(previous.report_time)}
            </>
          ) : (
            report && 'No report is kept of that time.'
          )}
        </span>
      </div>
    </header>
  );
}

const WARNING = { subject: 'org', newFirst: true, hasContacts: true } as const;

const LISTS = {
  slipping: { ...WARNING, report: 'slipping', interval: '14' },
  championLost: { ...WARNING, report: 'champion_lost', interval: '30' },
  ownerLost: { ...WARNING, report: 'owner_lost', interval: '30' },
  quiet: { ...WARNING, report: 'churn', interval: '7' },
  // Organizations that gained more people than they lost need no call.
  shrinking: { subject: 'org', report: 'attrition', interval: '30', newFirst: true, netLoss: true },
  leaving: { subject: 'user', report: 'churn', interval: '7', newFirst: true },
  champions: { subject: 'user', report: 'champion', interval: '30' },
} as const satisfies Record<string, AskedList>;
