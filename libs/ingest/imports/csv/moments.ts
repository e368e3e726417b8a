import { parseDay, parseInstant } from '#libs/contracts';

const NUMBER = /^\d+(?:\.\d+)?$/;
/** From here on a number is milliseconds: as seconds it would be after the year 5000. */
const FIRST_MILLISECONDS = 1e11;
/** What programs write instead of the zone of RFC 3339: ` UTC`, `+00`, `+0000`, or nothing. */
const ZONE = /(?: ?UTC|([+-]\d{2}):?(\d{2})?)$/;

export const MOMENT_RULE =
  'must be a day (2026-01-31), a time (2026-01-31T12:00:00Z) or unix seconds';

/**
 * Reads a day, a time or unix seconds (or milliseconds) as exports have them. A day is its first
 * moment; a time that names no zone is in UTC.
 * @returns milliseconds since 1970, or undefined when it is none of these
 */
export function parseMoment(cell: string): number | undefined {
  const text = cell.trim();
  if (NUMBER.test(text)) {
    const value = Number(text);
    return Math.floor(value < FIRST_MILLISECONDS ? Math.round(value * 1e6) / 1e3 : value);
  }
  const ms = text.length === 10 ? parseDay(text) : (parseInstant(text) ?? parseLoosely(text));
  return ms !== undefined && ms >= 0 ? ms : undefined;
}

function parseLoosely(text: string): number | undefined {
  const time = text.replace(ZONE, (zone: string, hours?: string, minutes = '00') =>
    // The end of a bare date is no zone.
    hours === undefined ? 'Z' : text.includes(':') ? `${hours}:${minutes}` : zone,
  );
  const withSeconds = time.replace(/([T ]\d{2}:\d{2})(?=$|[Z+-])/, '$1:00');
  return parseInstant(withSeconds) ?? parseInstant(`${withSeconds}Z`);
}
