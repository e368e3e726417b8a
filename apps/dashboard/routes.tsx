import { AuditPage } from './pages/access/audit.js';
import { KeysPage } from './pages/access/keys.js';
import { OverviewPage } from './pages/overview/page.js';
import { MissingPage } from './pages/missing.js';
import { EngagementListPage } from './pages/engagement/list.js';
import { EngagementPage } from './pages/engagement/page.js';
import { ReportsPage } from './pages/reports/page.js';
import { IndexPage } from './pages/people/page.js';
import { OrgPage } from './pages/org/page.js';
import { UserPage } from './pages/user/page.js';
import { EditSubscriptionPage } from './pages/subscriptions/edit.js';
import { NewSubscriptionPage } from './pages/subscriptions/new.js';
import { SubscriptionPage } from './pages/subscriptions/page.js';
import { SubscriptionsPage } from './pages/subscriptions/list.js';
import { StartPage } from './pages/start/page.js';
import { ExclusionsPage } from './pages/exclusions/page.js';
import { DataPage } from './pages/data/page.js';
import type { Place } from './routing/location.js';
import { wordsOf } from './labels/reports.js';

/** The page of an address. */
export function Routes({ place }: { place: Place }) {
  const [room, one, two, ...rest] = partsOf(place.path);
  if (room === undefined) return <OverviewPage place={place} />;
  if (rest.length > 0) return <MissingPage />;
  if (room === 'reports') {
    const words = wordsOf(one ?? 'user', two ?? 'champion');
    return words ? <ReportsPage key={place.path} place={place} words={words} /> : <MissingPage />;
  }
  if (room === 'users' && one === undefined)
    return <IndexPage key="user" place={place} subject="user" />;
  if (room === 'orgs' && one === undefined)
    return <IndexPage key="org" place={place} subject="org" />;
  if (room === 'users' && one !== undefined && two === undefined) {
    return <UserPage key={one} userId={one} />;
  }
  if (room === 'orgs' && one !== undefined && two === undefined) {
    return <OrgPage key={one} orgId={one} place={place} />;
  }
  if (room === 'engagement' && one === undefined) return <EngagementPage place={place} />;
  if (room === 'engagement' && one === 'list' && two === undefined) {
    return <EngagementListPage place={place} />;
  }
  if (room === 'subscriptions') return <SubscriptionRoutes place={place} id={one} action={two} />;
  if (room === 'start' && one === undefined) return <StartPage />;
  if (room === 'data' && one === undefined) return <DataPage place={place} />;
  if (room === 'data' && two === undefined) {
    if (one === 'exclusions') return <ExclusionsPage />;
    if (one === 'keys') return <KeysPage />;
    if (one === 'audit') return <AuditPage place={place} />;
  }
  return <MissingPage />;
}

interface SubscriptionProps {
  place: Place;
  id: string | undefined;
  action: string | undefined;
}

function SubscriptionRoutes({ place, id, action }: SubscriptionProps) {
  if (id === undefined) return <SubscriptionsPage />;
  if (action === 'edit') return <EditSubscriptionPage key={id} id={id} />;
  if (action !== undefined) return <MissingPage />;
  if (id === 'new') return <NewSubscriptionPage place={place} />;
  return <SubscriptionPage key={id} id={id} place={place} />;
}

/** The parts of a path. An invalid encoding stays unchanged, so the page is not found. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}
