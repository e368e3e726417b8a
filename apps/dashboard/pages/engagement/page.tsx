import { Choices } from '../../components/choices.js';
import { ChartControls } from '../../components/chart/controls.js';
import { FilterBar } from '../../components/filter/bar.js';
import { now } from '../../labels/clock.js';
import { dayOf } from '../../labels/format.js';
import { SUBJECTS } from '../../labels/reports.js';
import { changed, type Place } from '../../routing/location.js';
import { Title } from '../../routing/title.js';
import { Frequency } from './frequency.js';
import { Lifecycle } from './lifecycle.js';
import { Retention } from './retention.js';
import { Rolling } from './rolling.js';
import { Stickiness } from './stickiness.js';
import { engagementView } from './view.js';

/** Does the product hold people: how many come, how often, who stays and who leaves. */
export function EngagementPage({ place }: { place: Place }) {
  const today = dayOf(now() / 1000);
  const view = engagementView(place, today);
  const { subject, filter } = view;
  return (
    <>
      <header class="head">
        <div>
          <Title title="Engagement" />
          <p>Does the product hold people? How many come, how often, who stays and who stops.</p>
        </div>
      </header>
      <section class="block" aria-label="Options">
        <div class="bar controls">
          <Choices
            label="Whose activity"
            choices={(['user', 'org'] as const).map((each) => ({
              name: SUBJECTS[each],
              // Users and organizations have different conditions.
              href: changed(place, {
                subject: each === 'user' ? undefined : each,
                ...(each === subject ? {} : { where: undefined, segment: undefined }),
              }),
              current: each === subject,
            }))}
          />
        </div>
        <ChartControls place={place} view={view.chart} today={today} />
        <FilterBar subject={subject} place={place} filter={filter} />
      </section>
      <Retention view={view} />
      <Lifecycle view={view} />
      <Stickiness view={view} today={today} />
      <Frequency view={view} />
      <Rolling view={view} today={today} />
    </>
  );
}
