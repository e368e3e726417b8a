import { Link } from '../routing/link.js';
import { Title } from '../routing/title.js';

export function MissingPage() {
  return (
    <>
      <Title title="There is no such page" />
      <p>
        The address may be mistyped. Go on from the <Link href="/">overview</Link> or the{' '}
        <Link href="/reports">reports</Link>.
      </p>
    </>
  );
}
