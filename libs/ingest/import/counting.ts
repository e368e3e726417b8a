import type { NativeEvent, Sender } from '#libs/contracts';
import type { IngestStatistics } from '../statistics/ingest-statistics.service.js';
import { countTypes } from '../pipeline/outcomes.js';
import type { EventWriter } from './import-file.js';

/** The sender of imported files. File names are not recorded. */
export const IMPORTED_FILE: Sender = { kind: 'import', name: 'import' };

/** Wraps a writer so that the statistics count its events. */
export function counting(
  writer: EventWriter,
  statistics: IngestStatistics,
  sender: Sender,
): EventWriter {
  return {
    write: async (events) => {
      await writer.write(events);
      recordAccepted(statistics, events, sender);
    },
    end: () => writer.end(),
  };
}

/** Counts written events in the statistics. */
export function recordAccepted(
  statistics: IngestStatistics,
  events: readonly NativeEvent[],
  sender: Sender,
): void {
  for (const [type, count] of countTypes(events))
    statistics.record(sender, type, 'accepted', count);
}
