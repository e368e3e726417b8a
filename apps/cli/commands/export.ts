import type { Settings } from '#libs/platform';
import { UsageError } from '../usage.js';
import { exportPerson } from './export/person.js';
import { exportStore } from './export/store.js';

/** Exports a person's data or a whole store. */
export async function exportData([what = '', ...args]: string[], settings: Settings) {
  switch (what) {
    case 'person':
      return exportPerson(args, settings);
    case 'store':
      return exportStore(args, settings);
    default:
      throw new UsageError('export needs one of person, store.');
  }
}
