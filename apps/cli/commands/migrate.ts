import type { Settings } from '#libs/platform';
import { openStore } from '../store.js';

/** Applies the missing migrations. */
export async function migrateStore(settings: Settings): Promise<void> {
  const store = await openStore(settings, { shared: true });
  await store.close();
  process.stdout.write('The database is up to date.\n');
}
