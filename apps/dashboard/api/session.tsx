import type { WeekStart } from '#libs/contracts';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { setCalendar } from '../labels/calendar.js';
import { get, onSignedOut, send, type Failure } from './client.js';

export interface Reader {
  /** Of the key or of the person. */
  name: string;
  /** Who signed in by OpenID Connect; null in a session of a key. */
  person: { email: string; name: string | null } | null;
  scopes: string[];
  /** The store's time zone: the days of every page are in it. */
  time_zone: string;
  week_start: WeekStart;
}

/** The ways to sign in other than with a key. */
export interface SignInOptions {
  oidc: { label: string; path: string } | null;
}

type SignInState =
  | { is: 'unknown' }
  | { is: 'out'; message?: string }
  | { is: 'away'; message: string }
  | { is: 'in'; reader: Reader };

export interface Session {
  state: SignInState;
  /** @throws Failure when the key is refused */
  signIn: (key: string) => Promise<void>;
  /** @throws Failure when the service does not answer: the reader is still signed in */
  signOut: () => Promise<void>;
  retry: () => void;
}

const SessionContext = createContext<Session>(undefined as unknown as Session);
export const useSession = (): Session => useContext(SessionContext);

/** Whether the reader's key has the scope `admin`. */
export function useIsAdmin(): boolean {
  const { state } = useSession();
  return state.is === 'in' && state.reader.scopes.includes('admin');
}

export function SessionProvider({ children }: { children: ComponentChildren }) {
  const [state, setState] = useState<SignInState>({ is: 'unknown' });
  const look = () => void begin().then(setState);
  useEffect(look, []);
  useEffect(() => onSignedOut(() => setState(ended)), []);
  const session: Session = {
    state,
    signIn: async (key) => {
      await send('POST', '/session', { key });
      setState(await whoIsIn());
    },
    signOut: async () => {
      await send('DELETE', '/session');
      setState({ is: 'out', message: 'You are signed out.' });
    },
    retry: look,
  };
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

/** The fragment of an address may contain a one-time sign-in code. Browsers do not send the fragment. */
async function begin(): Promise<SignInState> {
  const code = /^#code=([\w-]+)$/.exec(location.hash)?.[1];
  const isNew = document.documentElement.dataset['visitor'] === 'new';
  if (code === undefined) return isNew ? { is: 'out' } : whoIsIn();
  history.replaceState(history.state, '', location.pathname + location.search);
  try {
    await send('POST', '/session', { code });
  } catch (error) {
    const state = isNew ? undefined : await whoIsIn();
    return state?.is === 'in' ? state : { is: 'out', message: (error as Failure).message };
  }
  return whoIsIn();
}

async function whoIsIn(): Promise<SignInState> {
  try {
    const reader = await get<Reader>('/session');
    setCalendar(reader.time_zone, reader.week_start);
    return { is: 'in', reader };
  } catch (error) {
    const { kind, message } = error as Failure;
    return kind === 'signed-out' ? { is: 'out' } : { is: 'away', message };
  }
}

function ended(before: SignInState): SignInState {
  if (before.is !== 'in') return before;
  return { is: 'out', message: 'Your session has ended. Sign in again to go on where you were.' };
}
