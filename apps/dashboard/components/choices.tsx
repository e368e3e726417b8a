import { Link } from '../routing/link.js';

interface Choice {
  name: string;
  href: string;
  current: boolean;
}

/** A few options, each a link to an address. */
export function Choices({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav class="choices" aria-label={label}>
      {choices.map(({ name, href, current }) => (
        <Link key={name} href={href} current={current}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
