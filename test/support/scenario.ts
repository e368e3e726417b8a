import { afterAll, beforeAll, expect } from '@jest/globals';
import { type Subject } from './api.js';
import { useSharedService, type SharedService } from './shared-service.js';
import { type WireEvent } from './model/model.js';

/**
 * Scenarios have reports as of the end of Monday 2025-03-31. By hand: W(7) is 03-25 … 03-31, P(7)
 * 03-18 … 03-24, W(14) begins 03-18, W(30) is 03-02 … 03-31, P(30) 01-31 … 03-01, W(60) begins
 * 01-31 and W(90) 01-01.
 */
export const AS_OF = '2025-03-31';

export interface Scenario {
  service: () => SharedService;
  /** The rows of a report; fails unless its total count equals the number of rows. */
  rows: (subject: Subject, report: string, interval: string) => Promise<Record<string, unknown>[]>;
  /** The ids of the rows, in order. */
  ids: (subject: Subject, report: string, interval: string) => Promise<unknown[]>;
}

/** Before the file's tests, takes a service with an empty store, sends it the events and makes a report as of `AS_OF`. */
export function scenario(events: WireEvent[]): Scenario {
  let service: SharedService;
  beforeAll(async () => {
    service = await useSharedService();
    await service.api.ingest(events);
    await service.api.run(AS_OF);
  });
  afterAll(() => service.close());

  const rows: Scenario['rows'] = async (subject, report, interval) => {
    const ranking = await service.api.ranking(subject, report, interval);
    expect(ranking.total_count).toBe(ranking.rows.length);
    return ranking.rows;
  };
  const ids: Scenario['ids'] = async (subject, report, interval) =>
    (await rows(subject, report, interval)).map((row) => row[`${subject}_id`]);
  return { service: () => service, rows, ids };
}
