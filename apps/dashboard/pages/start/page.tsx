import { Title } from '../../routing/title.js';
import { Steps } from './guide.js';

/** How to send data to this service, with its own address. */
export function StartPage() {
  return (
    <>
      <header class="head">
        <div>
          <Title title="Send your data" />
          <p>All ways to send data, with the addresses of this server.</p>
        </div>
      </header>
      <Steps />
    </>
  );
}
