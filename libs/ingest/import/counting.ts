import type { NativeEvent, Sender } from '#libs/contracts';
import type { IngestStatistics } from '../statistics/ingest-statistics.service.js';
import { countTypes } from '../pipeline/outcomes.js';
import type { EventWriter } from './import-file.js';

/** A file that is imported, as a sender; what it is called is nobody's business. */
export const IMPORTED_FILE: Sender = { kind: 'import', name: 'import' };

/** A writer of which the ledger is told what it was given. */
export function counting(
  writer: EventWriter,
  ledger: IngestStatistics,
  sender: Sender,
): EventWriter {
  return {
    write: async (events) => {
      await writer.write(events);
      noteAccepted(ledger, events, sender);
    },
    end: () => writer.end(),
  };
}

/** Tells the ledger of events that were written. */
export function noteAccepted(
  ledger: IngestStatistics,
  events: readonly NativeEvent[],
  sender: Sender,
): void {
  for (const [type, count] of countTypes(events)) ledger.record(sender, type, 'accepted', count);
}
