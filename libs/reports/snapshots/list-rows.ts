import { PART_BYTES, type PackedList } from './packing.js';

/** The end of a row before its entries: `total`, `width` and `first`, each after its length, and the length of the entries. */
const LAST_FIELDS_BYTES = 3 * (4 + 4) + 4;

/** The rows of a list; at least one, because rows also describe the list. */
function partsOf(bytes: number): number {
  return Math.max(Math.ceil(bytes / PART_BYTES), 1);
}

/** The number of bytes that the rows of a list take. @param headBytes of a row before its entries */
export function bytesOfRows(bytes: number, headBytes: number): number {
  return bytes + partsOf(bytes) * headBytes;
}

/**
 * Turns a packed list into rows of its snapshot's table in the binary format of COPY, in place, so that the main thread
 * only sends them. The last rows move first, since rows are longer than the entries in them.
 * @param room contains the list, and receives the rows
 * @param head a row without entries, whose last four fields are `total`, `width`, `first` and `entries`
 * @returns the bytes of all rows
 */
export function intoRows(
  room: Uint32Array,
  { total, width, bytes }: PackedList,
  head: Uint8Array,
): number {
  const { buffer, byteOffset, byteLength } = room;
  const [rows, view] = [
    new Uint8Array(buffer, byteOffset, byteLength),
    new DataView(buffer, byteOffset, byteLength),
  ];
  const fields = head.length - LAST_FIELDS_BYTES;
  for (let part = partsOf(bytes) - 1; part >= 0; part--) {
    const from = part * PART_BYTES;
    const length = Math.min(PART_BYTES, bytes - from);
    const at = from + part * head.length;
    rows.copyWithin(at + head.length, from, from + length);
    rows.set(head, at);
    view.setInt32(at + fields + 4, total);
    view.setInt32(at + fields + 12, width);
    view.setInt32(at + fields + 20, from / width);
    view.setInt32(at + fields + 24, length);
  }
  return bytesOfRows(bytes, head.length);
}
