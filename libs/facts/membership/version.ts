/**
 * The version of an event, (time, order key, source), as bytes that sort the same way in Node and
 * in PostgreSQL: 8 bytes of milliseconds since 1970, the order key, a NUL, the source. Order keys
 * contain no NUL, so a key sorts before any longer key that begins with it.
 */
export type Version = Buffer;

const VERSION_TIME_BYTES = 8;

/**
 * The version of an event.
 * @param event `at` in milliseconds since 1970; without an order key, the id orders
 * @throws RangeError before 1970: as bytes, a negative time would sort after all others. The check of events rejects it.
 */
export function versionOf(event: {
  at: number;
  id: string;
  source: string;
  orderKey?: string;
}): Version {
  const tail = `${event.orderKey ?? event.id}\0${event.source}`;
  const version = Buffer.allocUnsafe(VERSION_TIME_BYTES + Buffer.byteLength(tail));
  version.writeBigUInt64BE(BigInt(event.at), 0);
  version.write(tail, VERSION_TIME_BYTES);
  return version;
}

/** The time of a version, in milliseconds since 1970. */
export function versionTime(version: Buffer): number {
  return version.readInt32BE(0) * 2 ** 32 + version.readUInt32BE(4);
}

/** The parts of a version; `at` in milliseconds since 1970, `id` the order key. */
export function partsOf(version: Version): { at: number; id: string; source: string } {
  const nul = version.indexOf(0, VERSION_TIME_BYTES);
  return {
    at: versionTime(version),
    id: version.toString('utf8', VERSION_TIME_BYTES, nul),
    source: version.toString('utf8', nul + 1),
  };
}

export function isLater(version: Version, than: Version | undefined): boolean {
  return than === undefined || Buffer.compare(version, than) > 0;
}
