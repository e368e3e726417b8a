import type { Exclusions, Subject } from '#libs/contracts';
import { causesIn, setExcluded } from '../api/exclusions.js';
import { useResource } from '../api/resource.js';
import { useIsAdmin } from '../api/session.js';
import { KINDS } from '../labels/names.js';
import { EXCLUSIONS_PAGE } from '../labels/exclusions.js';
import { Link } from '../routing/link.js';
import { Action, useAttempt } from './action.js';
import { Shown } from './states.js';

interface Props {
  subject: Subject;
  id: string;
  email?: string | null;
  onEnd: () => void;
}

/** Says that a user or an organization is excluded, and lets administrators include it again. */
export function ExcludedNotice({ subject, id, email = null, onEnd }: Props) {
  const isAdmin = useIsAdmin();
  const what = KINDS[subject].one;
  return (
    <section class="panel notice" aria-labelledby="excluded">
      <h2 id="excluded">This {what} is excluded</h2>
      <p>
        The {what} is missing from every number: reports, charts, pages, searches and exports. This
        page shows only the profile.
      </p>
      {isAdmin ? (
        <Causes {...{ subject, id, email, onEnd }} />
      ) : (
        <p class="soft">An administrator can undo this.</p>
      )}
    </section>
  );
}

/** The rules that are the cause. The rule for the id is removed here, other rules on their page. */
function Causes({ subject, id, email, onEnd }: Required<Props>) {
  const exclusions = useResource<Exclusions>('/api/admin/v1/exclusions');
  const { words, attempt } = useAttempt();
  const include = () =>
    attempt('Saving …', async () => {
      await setExcluded(subject, id, false);
      exclusions.reload();
      onEnd();
    });
  return (
    <Shown of={exclusions}>
      {(rules) => {
        const { isListed, domains } = causesIn(rules, subject, id, email);
        return (
          <div class="block">
            {domains.length === 0 && !isListed && (
              <p>
                The rules have changed. <Link href={EXCLUSIONS_PAGE}>Look at the rules</Link>.
              </p>
            )}
            {domains.length > 0 && (
              <p>
                {isListed ? 'The id is in the rules, and the' : 'The'} e-mail matches{' '}
                {domains.map((domain, index) => (
                  <span key={domain}>
                    {index > 0 && ', '}
                    <code>{domain}</code>
                  </span>
                ))}
                . <Link href={EXCLUSIONS_PAGE}>Change the rules</Link> to undo this.
              </p>
            )}
            {isListed && (
              <div class="bar">
                <Action
                  words={words}
                  label={
                    domains.length > 0
                      ? 'Remove the rule for the id'
                      : `Include this ${KINDS[subject].one} again`
                  }
                  onAct={include}
                />
                {domains.length === 0 && (
                  <span class="small soft">
                    Charts and pages follow at once, reports with the next run.
                  </span>
                )}
              </div>
            )}
          </div>
        );
      }}
    </Shown>
  );
}
