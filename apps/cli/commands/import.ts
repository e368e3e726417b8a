import type { Settings } from '#libs/platform';
import { UsageError } from '../usage.js';
import { importFromPropelAuth } from './import/propelauth.js';
import { importCsv, importNdjson } from './import/files.js';

/** Imports past data from a file or from a source's API. */
export async function importPast([from = '', ...args]: string[], settings: Settings) {
  switch (from) {
    case 'ndjson':
      return importNdjson(args, settings);
    case 'csv':
      return importCsv(args, settings);
    case 'propelauth':
      return importFromPropelAuth(args, settings);
    default:
      throw new UsageError('import needs one of ndjson, csv, propelauth.');
  }
}
