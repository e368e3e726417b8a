import fc from 'fast-check';
import type { Api } from './api.js';
import type { WireEvent } from './model/events.js';

/** A history, and what is sent of it: some events twice, in any order and any batches, by several writers. */
export interface Delivery {
  history: WireEvent[];
  sent: WireEvent[];
  batchSizes: number[];
  writers: number;
}

export function deliveryArb(histories: fc.Arbitrary<WireEvent[]>): fc.Arbitrary<Delivery> {
  return histories.chain((history) => {
    const sent = [...history, ...history.filter((_, index) => index % 3 === 0)];
    return fc.record({
      history: fc.constant(history),
      sent: fc.shuffledSubarray(sent, { minLength: sent.length }),
      batchSizes: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
      writers: fc.integer({ min: 1, max: 6 }),
    });
  });
}

/** Cuts what is sent into batches and has several writers send them at once. */
export async function deliver(
  api: Api,
  sent: readonly WireEvent[],
  { batchSizes, writers }: { batchSizes: readonly number[]; writers: number },
): Promise<void> {
  const batches: WireEvent[][] = [];
  for (let at = 0; at < sent.length;) {
    const size = batchSizes[batches.length % batchSizes.length]!;
    batches.push(sent.slice(at, at + size));
    at += size;
  }
  const writer = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) await api.ingest(batch);
  };
  await Promise.all(Array.from({ length: writers }, writer));
}
