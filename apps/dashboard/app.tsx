import { SessionProvider, useSession } from './api/session.js';
import { Failure } from './api/client.js';
import { Failed, Loading } from './components/states.js';
import { SignInPage } from './pages/sign-in.js';
import { usePlace } from './routing/location.js';
import { Routes } from './routes.js';
import { Shell } from './shell.js';
import { TermsProvider } from './labels/terms.js';

export function App() {
  return (
    <SessionProvider>
      <Gate />
    </SessionProvider>
  );
}

/** Shows the page of the address to a reader who is signed in, and the sign-in form to others. */
function Gate() {
  const { state, retry } = useSession();
  const place = usePlace();
  switch (state.is) {
    case 'unknown':
      return (
        <main class="sign-in">
          <Loading />
        </main>
      );
    case 'away':
      return (
        <main class="sign-in">
          <Failed failure={new Failure('away', state.message)} retry={retry} />
        </main>
      );
    case 'out':
      return <SignInPage message={state.message} />;
    case 'in':
      return (
        <TermsProvider>
          <Shell reader={state.reader} path={place.path}>
            <Routes place={place} />
          </Shell>
        </TermsProvider>
      );
  }
}
