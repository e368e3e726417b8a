import type { CopiedRow } from '#libs/database';
import type { TimedStep } from './replay.js';
import type { Version } from './version.js';
import type { StepKind } from './step-kind.js';

/** A stored step of one (user, org) pair. */
export interface StoredStep {
  version: Version;
  kind: StepKind;
  role: string | null;
}

/**
 * Stored form of a pair's steps: concatenated in any order. Each step is its kind (1 byte), the
 * length of its version (2 bytes), the version, the length of its role plus one, or 0 for no role
 * (2 bytes), and the role.
 */
const KINDS: readonly StepKind[] = ['add', 'remove', 'role'];
const KIND_BYTES = 1;
const LENGTH_BYTES = 2;
const VERSION_AT = KIND_BYTES + LENGTH_BYTES;
const ADD = KINDS.indexOf('add');

/** The bytes of packed steps in a row. */
export type Slice = Pick<CopiedRow, 'source' | 'start' | 'end'>;

/** Encodes one step in its stored form. */
export function packStep({ version, kind, role }: StoredStep): Buffer {
  const head = Buffer.allocUnsafe(VERSION_AT);
  head.writeUInt8(KINDS.indexOf(kind));
  head.writeUInt16BE(version.length, KIND_BYTES);
  const tail = Buffer.allocUnsafe(LENGTH_BYTES);
  const roleBytes = Buffer.from(role ?? '');
  tail.writeUInt16BE(role === null ? 0 : roleBytes.length + 1);
  return Buffer.concat([head, version, tail, roleBytes]);
}

/**
 * Time of the addition in milliseconds since 1970, if it is the pair's only step; otherwise NaN.
 * Most pairs have only that step. Reading it in place, without a view or an object, halves the time
 * for the million pairs of a run.
 */
export function onlyAddition({ source, start, end }: Slice): number {
  if (source[start] !== ADD) return Number.NaN;
  const versionAt = start + VERSION_AT;
  const versionEnd = versionAt + lengthAt(source, start + KIND_BYTES);
  const roleBytes = Math.max(0, lengthAt(source, versionEnd) - 1);
  if (versionEnd + LENGTH_BYTES + roleBytes < end) return Number.NaN;
  return timeAt(source, versionAt);
}

/** The role of the only step of a pair; null when it names none. */
export function onlyRole(
  { source, start, end }: Slice,
  roleOf: RoleReader = utf8Role,
): string | null {
  const roleAt = start + VERSION_AT + lengthAt(source, start + KIND_BYTES);
  return lengthAt(source, roleAt) === 0 ? null : roleOf(source, roleAt + LENGTH_BYTES, end);
}

/** The name of a role in UTF-8, from `start` to `end`. */
type RoleReader = (source: Buffer, start: number, end: number) => string;

const utf8Role: RoleReader = (source, start, end) => source.toString('utf8', start, end);

/**
 * The steps of a pair, if they are stored in the order of their times; otherwise undefined. Nearly all pairs are.
 * Compares no versions, sorts nothing and makes no text.
 * @param reused holds the result until the next call
 */
export function orderedSteps(
  { source, start, end }: Slice,
  reused: ReusedSteps,
  roleOf: RoleReader,
): readonly TimedStep[] | undefined {
  let count = 0;
  let before = -Infinity;
  for (let at = start; at < end; count++) {
    const time = timeAt(source, at + VERSION_AT);
    if (time <= before) return undefined;
    before = time;
    const step = reused.step(count);
    step.at = time;
    step.kind = KINDS[source[at]!]!;
    const roleAt = at + VERSION_AT + lengthAt(source, at + KIND_BYTES) + LENGTH_BYTES;
    const length = lengthAt(source, roleAt - LENGTH_BYTES);
    at = length === 0 ? roleAt : roleAt + length - 1;
    step.role = length === 0 ? null : roleOf(source, roleAt, at);
  }
  return reused.first(count);
}

/** More steps than nearly all pairs have. */
const FEW_STEPS = 16;

/** Steps of one pair after the other, in the same objects. */
export class ReusedSteps {
  private readonly steps: TimedStep[] = [];
  /** The first steps by their number. Changing the length of an array took a tenth of the reading. */
  private readonly views: (readonly TimedStep[])[] = [];

  step(index: number): TimedStep {
    return (this.steps[index] ??= { at: 0, kind: 'add', role: null });
  }

  first(count: number): readonly TimedStep[] {
    if (count > FEW_STEPS) return this.steps.slice(0, count);
    return (this.views[count] ??= this.steps.slice(0, count));
  }
}

function lengthAt(source: Buffer, at: number): number {
  return (source[at]! << 8) | source[at + 1]!;
}

/** The time of a version that begins at `at`. */
function timeAt(source: Buffer, at: number): number {
  const high = (source[at]! << 24) | (source[at + 1]! << 16) | lengthAt(source, at + 2);
  const low = (source[at + 4]! << 24) | (source[at + 5]! << 16) | lengthAt(source, at + 6);
  return high * 2 ** 32 + (low >>> 0);
}

/** Whether a step names one of these roles. Compares bytes: decoding the roles of a million pairs takes longer. */
export function roleOccursIn({ source, start, end }: Slice, roles: readonly Buffer[]): boolean {
  for (let at = start; at < end;) {
    const lengthAt = at + VERSION_AT + source.readUInt16BE(at + KIND_BYTES);
    const roleAt = lengthAt + LENGTH_BYTES;
    at = roleAt + Math.max(0, source.readUInt16BE(lengthAt) - 1);
    for (let index = 0; index < roles.length; index++) {
      const role = roles[index]!;
      if (role.length === at - roleAt && role.compare(source, roleAt, at) === 0) return true;
    }
  }
  return false;
}

/** Decodes the steps of a pair: in the order of their versions, without repetitions. */
export function unpackSteps(packed: Buffer): StoredStep[] {
  const steps: StoredStep[] = [];
  for (let at = 0; at < packed.length;) {
    const kind = KINDS[packed[at]!]!;
    const versionEnd = at + VERSION_AT + packed.readUInt16BE(at + KIND_BYTES);
    const version = packed.subarray(at + VERSION_AT, versionEnd);
    const roleLength = packed.readUInt16BE(versionEnd);
    at = versionEnd + LENGTH_BYTES + Math.max(0, roleLength - 1);
    const role = roleLength === 0 ? null : packed.toString('utf8', versionEnd + LENGTH_BYTES, at);
    steps.push({ version, kind, role });
  }
  if (steps.length < 2) return steps;
  steps.sort((one, other) => Buffer.compare(one.version, other.version));
  return steps.filter(
    (step, index) => index === 0 || !step.version.equals(steps[index - 1]!.version),
  );
}
