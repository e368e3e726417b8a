import { EVENT_TYPES, type Sender } from '#libs/contracts';

const MAX_CHARACTERS = 64;
/** So many names of a sender's own are told apart in an hour; the rest is `other`. */
const MAX_NAMES = 100;

/** Keeps the number of type names small: ours are a closed list, but senders have their own. */
export class TypeNames {
  private hour = 0;
  private readonly seen = new Map<string, Set<string>>();

  /** The name under which a type is counted. @param hour whole hours since 1970 */
  of(sender: Sender, type: string | null, hour: number): string {
    if (type === null || KNOWN.has(type)) return type ?? 'unknown';
    if (hour !== this.hour) this.seen.clear();
    this.hour = hour;
    // PostgreSQL cannot keep NUL, nor half a surrogate pair, which cutting may leave.
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
