import { EVENT_TYPES, type Sender } from '#libs/contracts';

const MAX_CHARACTERS = 64;
/** Custom type names counted per sender and hour; further names count as `other`. */
const MAX_NAMES = 100;

/** Limits the number of type names in the statistics. Senders can invent any number of types. */
export class TypeNames {
  private hour = 0;
  private readonly seen = new Map<string, Set<string>>();

  /** The name that a type is counted under. @param hour whole hours since 1970 */
  of(sender: Sender, type: string | null, hour: number): string {
    if (type === null || KNOWN.has(type)) return type ?? 'unknown';
    if (hour !== this.hour) this.seen.clear();
    this.hour = hour;
    // PostgreSQL cannot store NUL or half a surrogate pair, which cutting may leave.
    const name = type.slice(0, MAX_CHARACTERS).replaceAll('\0', '').toWellFormed();
    const names = this.namesOf(sender);
    if (names.size < MAX_NAMES) names.add(name);
    return names.has(name) ? name : 'other';
  }

  private namesOf({ kind, name }: Sender): Set<string> {
    const key = `${kind} ${name}`;
    const names = this.seen.get(key) ?? new Set<string>();
    this.seen.set(key, names);
    return names;
  }
}

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);
