import type { Subject } from '#libs/contracts';
import { useIsAdmin } from '../api/session.js';
import { Link } from '../routing/link.js';
import { addressOf } from '../routing/location.js';
import { NEW_SUBSCRIPTION } from '../labels/subscriptions.js';

interface Props {
  of: { subject: Subject; report: string };
  /** The interval, the change and the filter of the report. */
  query: Record<string, string | undefined>;
}

/** Leads administrators to a new subscription to the report on the screen. */
export function Subscribe({ of: { subject, report }, query }: Props) {
  if (!useIsAdmin()) return null;
  return (
    <Link
      class="button"
      href={addressOf(NEW_SUBSCRIPTION, { report: `${subject}/${report}`, ...query })}
    >
      Subscribe
    </Link>
  );
}
