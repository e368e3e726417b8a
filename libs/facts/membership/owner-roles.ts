import { roleOccursIn, type Slice } from './steps.js';
import { DEFAULT_ROLE } from './replay.js';

/** The roles of owners. */
export class OwnerRoles {
  readonly names: ReadonlySet<string>;
  private readonly bytes: readonly Buffer[];
  private readonly isDefault: boolean;

  constructor(roles: readonly string[]) {
    this.names = new Set(roles);
    this.bytes = roles.map((role) => Buffer.from(role));
    this.isDefault = this.names.has(DEFAULT_ROLE);
  }

  /** Whether a pair with these steps may have been owner and org at some time. Compares bytes: few pairs may. */
  mayOccurIn(steps: Slice): boolean {
    return this.isDefault || roleOccursIn(steps, this.bytes);
  }
}
