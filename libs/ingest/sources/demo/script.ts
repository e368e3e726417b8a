import type { EventType } from '#libs/contracts';
import type { Calendar } from './calendar.js';
import type { Random } from './random.js';

/** What happens, before it has an id; `at` in milliseconds since 1970. */
interface Scene {
  at: number;
  type: EventType;
  data: Record<string, unknown>;
}

/** Everything that happens in the demo company, told in any order. */
export class Script {
  private readonly scenes: Scene[] = [];

  constructor(
    readonly calendar: Calendar,
    readonly random: Random,
  ) {}

  tell(at: number, type: EventType, data: Record<string, unknown>): void {
    this.scenes.push({ at, type, data });
  }

  /** All of it in the order of time; at the same instant, what was told first comes first. */
  inOrder(): Scene[] {
    return this.scenes.sort((one, other) => one.at - other.at);
  }
}
