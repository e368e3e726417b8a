import { distribute } from '#libs/facts';
import type { Settings } from '#libs/platform';
import { completeSearch, openStore } from '../store.js';

/** Distributes the facts of a store over the nodes of Citus. */
export async function distributeStore(settings: Settings): Promise<void> {
  const store = await openStore(settings, { shared: true, isDistributing: true });
  try {
    // Creates the functions of the search on all nodes.
    await completeSearch(store, { isAwaited: true });
    const { DATABASE_DIRECT_URL: url } = store.settings;
    const print = (table: string) => void process.stdout.write(`${table}\n`);
    const isNew = await distribute(url, settings.INVITEE_HASH_KEY, print);
    process.stdout.write(
      isNew ? 'The store is distributed.\n' : 'The store is distributed already.\n',
    );
  } finally {
    await store.close();
  }
}
