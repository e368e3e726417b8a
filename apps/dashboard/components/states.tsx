import type { ComponentChildren } from 'preact';
import type { Resource } from '../api/resource.js';
import type { Failure } from '../api/client.js';
import { Link } from '../routing/link.js';

/** Shows a resource: its data, the loading state, or the error and what to do. */
export function Shown<T>({
  of: { data, failure, loading, reload },
  children,
}: {
  of: Resource<T>;
  children: (data: T) => ComponentChildren;
}) {
  if (failure) return <Failed failure={failure} retry={reload} />;
  if (data === undefined) return <Loading />;
  return (
    <div class={loading ? 'stale' : undefined} aria-busy={loading}>
      {children(data)}
    </div>
  );
}

export function Loading() {
  return (
    <div role="status" class="loading">
      <span class="unseen">Loading …</span>
    </div>
  );
}

export function Failed({ failure, retry }: { failure: Failure; retry: () => void }) {
  if (failure.kind === 'signed-out') return <Loading />;
  return (
    <div role="alert" class="state">
      <p>
        <strong>{HEADLINES[failure.kind]}</strong>
        <br />
        {failure.message}
      </p>
      {failure.kind === 'wrong' && (
        <Link class="button" href={location.pathname}>
          Show the page without these options
        </Link>
      )}
      {failure.kind !== 'missing' && failure.kind !== 'wrong' && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

const HEADLINES = {
  away: 'The service is unavailable at the moment.',
  missing: 'This was not found.',
  wrong: 'The parameters of this address are not valid.',
  refused: 'This could not be shown.',
};

/** Says why a list is empty and how to fill it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="state">{children}</div>;
}
