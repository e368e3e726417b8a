import type { EventType } from '#libs/contracts';
import type { Calendar } from './calendar.js';
import type { Random } from './random.js';

/** An event without id; `at` in milliseconds since 1970. */
interface Scene {
  at: number;
  type: EventType;
  data: Record<string, unknown>;
}

/** Collects the events of the demo history, added in any order. */
export class Script {
  private readonly scenes: Scene[] = [];

  constructor(
    readonly calendar: Calendar,
    readonly random: Random,
    /** Draws traits only, so that they do not affect the rest of the history. */
    readonly traitRandom: Random,
    /** Draws only the companies that activity names, for the same reason. */
    readonly placeRandom: Random,
  ) {}

  add(at: number, type: EventType, data: Record<string, unknown>): void {
    this.scenes.push({ at, type, data });
  }

  /** All events in order of time; events of the same instant in the order they were added. */
  inOrder(): Scene[] {
    return this.scenes.sort((one, other) => one.at - other.at);
  }
}
