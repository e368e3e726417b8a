import { roleOccursIn, type Slice } from './steps.js';
import { DEFAULT_ROLE, type TimedStep } from './replay.js';

/** Stands for every role that is no role of owners. */
const OTHER = '';

/** The roles of owners. */
export class OwnerRoles {
  readonly names: ReadonlySet<string>;
  private readonly bytes: readonly Buffer[];
  private readonly isDefault: boolean;

  constructor(private readonly list: readonly string[]) {
    this.names = new Set(list);
    this.bytes = list.map((role) => Buffer.from(role));
    this.isDefault = this.names.has(DEFAULT_ROLE);
  }

  /** Whether a pair with these steps may have been owner and org at some time. Compares bytes: few pairs may. */
  mayOccurIn(steps: Slice): boolean {
    return this.isDefault || roleOccursIn(steps, this.bytes);
  }

  /** Whether a pair with these steps may have been owner and org at some time. */
  mayOwn(steps: readonly TimedStep[]): boolean {
    if (this.isDefault) return true;
    for (let index = 0; index < steps.length; index++) {
      const { role } = steps[index]!;
      if (role !== null && this.names.has(role)) return true;
    }
    return false;
  }

  /**
   * The name of a role in UTF-8; empty for a role that is no role of owners. Compares
   * bytes instead of making a text.
   */
  readonly nameOf = (source: Buffer, start: number, end: number): string => {
    for (let index = 0; index < this.bytes.length; index++)
      if (isEqual(this.bytes[index]!, source, start, end)) return this.list[index]!;
    return OTHER;
  };
}

function isEqual(bytes: Buffer, source: Buffer, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let index = 0; index < bytes.length; index++)
    if (bytes[index] !== source[start + index]) return false;
  return true;
}
