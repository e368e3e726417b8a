import type { Settings } from '#libs/platform';
import { completeSearch, openStore } from '../store.js';

/** Applies the missing migrations, and creates the missing indexes of the search. */
export async function migrateStore(settings: Settings): Promise<void> {
  const store = await openStore(settings, { shared: true });
  await completeSearch(store, { isAwaited: true });
  await store.close();
  process.stdout.write('The database is up to date.\n');
}
