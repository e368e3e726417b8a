/**
 * The place of an event in the order of all events, (time, order key, source), as one value whose
 * bytes sort that way in Node and in PostgreSQL alike: 8 bytes of milliseconds since 1970, the order key,
 * a NUL, the source. Keys hold no NUL, so a shorter key sorts before one that continues it.
 */
export type Version = Buffer;

const VERSION_TIME_BYTES = 8;

/** @param event its order key is the id unless another is given */
export function versionOf(event: {
  at: number;
  id: string;
  source: string;
  orderKey?: string;
}): Version {
  const tail = `${event.orderKey ?? event.id}\0${event.source}`;
  const stamp = Buffer.allocUnsafe(VERSION_TIME_BYTES + Buffer.byteLength(tail));
  stamp.writeBigInt64BE(BigInt(event.at), 0);
  stamp.write(tail, VERSION_TIME_BYTES);
  return stamp;
}

/** The time of a stamp, in milliseconds since 1970. */
export function versionTime(stamp: Buffer): number {
  return stamp.readInt32BE(0) * 2 ** 32 + stamp.readUInt32BE(4);
}

/** What a stamp was made from; `at` in milliseconds since 1970. */
export function partsOf(stamp: Version): { at: number; id: string; source: string } {
  const nul = stamp.indexOf(0, VERSION_TIME_BYTES);
  return {
    at: versionTime(stamp),
    id: stamp.toString('utf8', VERSION_TIME_BYTES, nul),
    source: stamp.toString('utf8', nul + 1),
  };
}

export function isLater(stamp: Version, than: Version | undefined): boolean {
  return than === undefined || Buffer.compare(stamp, than) > 0;
}
