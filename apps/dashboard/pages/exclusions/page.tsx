import type { Exclusions, RunList } from '#libs/contracts';
import { useState } from 'preact/hooks';
import { useResource, type Resource } from '../../api/resource.js';
import { useIsAdmin } from '../../api/session.js';
import { Facts } from '../../components/facts.js';
import { RunNow } from '../../components/run-now.js';
import { Empty, Shown } from '../../components/states.js';
import { Link } from '../../routing/link.js';
import { Title } from '../../routing/title.js';
import { formatNumber } from '../../labels/format.js';
import { Editor } from './editor.js';

/** The rules that exclude users and organizations. Only administrators can read and change them. */
export function ExclusionsPage() {
  const isAdmin = useIsAdmin();
  return (
    <>
      <header class="head">
        <div>
          <Title title="Exclusions" />
          <p>Leave your own staff and test accounts out of every number.</p>
        </div>
        <Link class="button" href="/data">
          Back to Data
        </Link>
      </header>
      {isAdmin ? (
        <Rules />
      ) : (
        <section class="panel" aria-label="Rules">
          <Empty>
            Sign in with a key that has the scope <code>admin</code> to see and change the rules.
          </Empty>
        </section>
      )}
    </>
  );
}

function Rules() {
  const exclusions = useResource<Exclusions>('/api/admin/v1/exclusions');
  const runs = useResource<RunList>('/api/insights/v1/runs?kept=true&limit=1');
  const [notice, setNotice] = useState('');
  const saved = ({ version }: Exclusions) => {
    setNotice(`Saved as version ${formatNumber(version)}.`);
    exclusions.reload();
  };
  return (
    <Shown of={exclusions}>
      {(rules) => (
        <div class="block">
          <Effect rules={rules} runs={runs} notice={notice} />
          <Editor key={rules.version} saved={rules} onSaved={saved} />
        </div>
      )}
    </Shown>
  );
}

interface EffectProps {
  rules: Exclusions;
  runs: Resource<RunList>;
  notice: string;
}

/** How many users and organizations the rules exclude, and whether the latest reports follow them. */
function Effect({ rules: { excluded, version }, runs, notice }: EffectProps) {
  const used = runs.data?.runs[0]?.exclusions_version;
  const isBehind = typeof used === 'number' && used !== version;
  return (
    <section class="panel" aria-labelledby="effect">
      <header>
        <h2 id="effect">Excluded now</h2>
        <RunNow onEnd={runs.reload} />
      </header>
      <Facts
        facts={[
          ['Users', formatNumber(excluded.users)],
          ['Organizations', formatNumber(excluded.orgs)],
          ['Version of the rules', formatNumber(version)],
          [
            'Version in the latest reports',
            typeof used !== 'number' ? (
              '–'
            ) : (
              <span key="u" class={isBehind ? 'mark care' : undefined}>
                {formatNumber(used)}
              </span>
            ),
          ],
        ]}
      />
      <div role="status">
        {(notice !== '' || isBehind) && (
          <p>
            {notice}{' '}
            {isBehind && 'The latest reports were made with other rules. The next run uses these.'}
          </p>
        )}
      </div>
      <p class="small soft">
        Charts, pages and exports follow a change at once, reports with the next run. Earlier
        reports keep their numbers. Without rules, every number is as before.
      </p>
    </section>
  );
}
