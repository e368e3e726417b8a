import type { Machine } from './machine.js';
import type { Figure } from './stage.js';

/** A figure with its time and options. */
export interface Measured extends Figure {
  users: number;
  stage: string;
  repeats: number;
  /** ISO time. */
  measuredAt: string;
}

export interface Results {
  machine: Machine;
  figures: Measured[];
}
