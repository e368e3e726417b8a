import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from './api/client.js';
import { useSession, type Reader } from './api/session.js';
import { SearchBox } from './components/search/box.js';
import { Icon, Sign, type IconName } from './components/icons.js';
import { Link } from './routing/link.js';
import { Term } from './labels/terms.js';

const PLACES: readonly Room[] = [
  { name: 'Overview', href: '/', icon: 'overview', within: /^\/$/ },
  { name: 'Reports', href: '/reports', icon: 'reports', within: /^\/reports/ },
  { name: 'Engagement', href: '/engagement', icon: 'engagement', within: /^\/engagement/ },
  { name: 'Users', href: '/users', icon: 'users', within: /^\/users/ },
  { name: 'Organizations', short: 'Orgs', href: '/orgs', icon: 'orgs', within: /^\/orgs/ },
  {
    ...{ name: 'Subscriptions', href: '/subscriptions', icon: 'subscriptions' },
    within: /^\/subscriptions/,
  },
  { name: 'Data', href: '/data', icon: 'data', within: /^\/data/ },
];

interface Room {
  name: string;
  /** On a phone. */
  short?: string;
  href: string;
  icon: IconName;
  within: RegExp;
}

interface Props {
  reader: Reader;
  path: string;
  children: ComponentChildren;
}

/** The frame of every page: navigation, and who is signed in. */
export function Shell({ reader, path, children }: Props) {
  const { signOut } = useSession();
  const [failure, setFailure] = useState('');
  const leave = () => {
    setFailure('');
    signOut().catch(({ kind, message }: Failure) => {
      if (kind !== 'signed-out') setFailure(message);
    });
  };
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="side">
        <Link class="brand" href="/" aria-label="insightd">
          <Sign /> <span class="brand-name">insightd</span>
        </Link>
        <SearchBox />
        <nav aria-label="Pages of insightd">
          <ul class="places">
            {PLACES.map(({ name, short, href, icon, within }) => (
              <li key={name}>
                <Link href={href} current={within.test(path)}>
                  <Icon name={icon} />
                  {short ? <span class="wide-word">{name}</span> : name}
                  {short && <span class="narrow-word">{short}</span>}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="who">
          <span>{reader.person ? 'Signed in as' : 'Signed in with the key'}</span>
          <bdi title={reader.name}>{reader.name}</bdi>
          {reader.person?.name && (
            <bdi class="address" title={reader.person.email}>
              {reader.person.email}
            </bdi>
          )}
          <span class="zone">
            <Term name="day">Days</Term> in {reader.time_zone}
          </span>
          <button type="button" class="button plain" onClick={leave}>
            Sign out
          </button>
          <div role="alert" class="stay">
            {failure !== '' && (
              <p class="warning">You are still signed in. {failure} Try again in a moment.</p>
            )}
          </div>
        </div>
      </header>
      <main class="main" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
