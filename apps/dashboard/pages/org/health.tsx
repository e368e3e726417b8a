import type { CountedOrgProfile, OrgActivity, OrgHealth } from '#libs/contracts';
import type { Resource } from '../../api/resource.js';
import { Empty } from '../../components/states.js';
import { addDays, dayOf, formatDay, formatNumber } from '../../labels/format.js';
import { HEALTH_AGE_DAYS, HEALTH_PARTS, lowestPart } from '../../labels/health.js';
import { Term } from '../../labels/terms.js';

interface Props {
  profile: CountedOrgProfile;
  activity: Resource<OrgActivity>;
}

const WEEKS_AGO = 4;

/** The health in the latest report: the score, and each part with its meaning. */
export function Health({ profile, activity }: Props) {
  const { health, run } = profile;
  const before = activity.data?.health_over_time.at(-1 - WEEKS_AGO)?.health;
  return (
    <section class="panel" aria-labelledby="health">
      <header>
        <h2 id="health">
          <Term name="org_health">Health</Term>
        </h2>
        {run && <p>as of {formatDay(dayOf(run.report_time))}</p>}
      </header>
      {health ? (
        <>
          <p class="total">
            <strong>{formatNumber(health.score)}</strong>
            <span class="small soft">
              of 100{before && `; ${WEEKS_AGO} weeks ago it was ${formatNumber(before.score)}`}
            </span>
          </p>
          <Parts health={health} />
        </>
      ) : (
        <NoHealth profile={profile} />
      )}
    </section>
  );
}

function Parts({ health }: { health: OrgHealth }) {
  const lowest = lowestPart(health);
  return (
    <dl class="health-parts">
      {HEALTH_PARTS.map(({ name, title, meaning }) => (
        <div key={name}>
          <dt>
            <Term name={name}>{title}</Term>{' '}
            {name === lowest && health[name] < 100 && <span class="mark">lowest</span>}
          </dt>
          <dd>
            <strong>{formatNumber(health[name])}</strong>
            <span class="meter" aria-hidden="true">
              <span style={{ '--share': String(health[name]) }} />
            </span>
            <span class="small soft">{meaning(health[name])}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function NoHealth({ profile: { run, org } }: Pick<Props, 'profile'>) {
  if (!run) return <Empty>No report has been made yet: health comes with the first one.</Empty>;
  const first = addDays(dayOf(org.created_at), HEALTH_AGE_DAYS);
  return (
    <Empty>
      {first > dayOf(run.report_time)
        ? `Too new to judge: created on ${formatDay(dayOf(org.created_at))}. Health is in the reports from ${formatDay(first)} on.`
        : 'The latest report has no health of this organization. The next report will have it.'}
    </Empty>
  );
}
