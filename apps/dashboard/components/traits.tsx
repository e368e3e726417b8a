import type { UserPage } from '#libs/contracts';
import { Facts } from './facts.js';
import { formatNumber } from '../labels/format.js';
import { Term } from '../labels/terms.js';

type Values = UserPage['traits'];

/** The traits of a user or an organization; empty if there are none. */
export function Traits({ traits }: { traits: Values }) {
  const entries = Object.entries(traits);
  if (entries.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="traits">
      <header>
        <h2 id="traits">
          <Term name="traits">Traits</Term>
        </h2>
      </header>
      <Facts
        facts={entries.map(([key, value]) => [
          <bdi key="k">{key}</bdi>,
          <bdi key="v">{shown(value)}</bdi>,
        ])}
      />
    </section>
  );
}

function shown(value: Values[string]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value) : value;
}
