import { Title } from '../../routing/title.js';
import { Steps } from './guide.js';

/** How to send data to this service, at an address of its own. */
export function StartPage() {
  return (
    <>
      <header class="head">
        <div>
          <Title title="Send your data" />
          <p>Every way in, with the addresses of this server.</p>
        </div>
      </header>
      <Steps />
    </>
  );
}
