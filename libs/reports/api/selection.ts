import type { Change, ChangeFilter, ReportChanges } from '#libs/contracts';
import { isMoved, type Comparison } from './comparison.js';
import type { KeptRun } from './kept-runs.query.js';
import type { PackedList } from './packed-list.query.js';

/** A whole ranking of a run. */
interface Listed {
  run: KeptRun;
  list: PackedList;
}

export interface Compared extends Listed {
  /** The run to compare with and the changes since, if there is one. */
  previous?: Listed & { comparison: Comparison };
}

/** Selects rows of a list. */
export interface RowFilter {
  change: ChangeFilter;
  /** For org attrition: only orgs that lost more people than they gained. */
  netLoss: boolean;
  /** Keeps the places of some users or orgs; without `places`, of the whole list. */
  narrow?: ((list: PackedList, places?: Uint32Array) => Uint32Array) | undefined;
}

/** The positions of a row in the two runs. */
export interface ReportPosition {
  rank: number | null;
  previous_rank: number | null;
  change: Change | null;
}

/** The rows of one run's list that a filter selects. */
export interface Selection extends Listed {
  total: number;
  /** The position in the list of the i-th selected row; both count from 0. */
  positionAt: (index: number) => number;
  ranksAt: (position: number) => ReportPosition;
  /** The numbers of rows that entered, moved and left under the filter; null without a previous run. */
  counts: ReportChanges['counts'];
}

/** Selects rows by their change, by net loss and by users or orgs. */
export function select(compared: Compared, filter: RowFilter): Selection {
  const { change } = filter;
  const { run, list, previous } = compared;
  const passing = (of: Listed, positions?: Uint32Array) => passes(of.list, filter, positions);
  const changes = previous && {
    entered: passing(compared, previous.comparison.entered),
    moved: passing(compared, previous.comparison.moved),
    left: passing(previous, previous.comparison.left),
  };
  const counts = changes
    ? {
        entered: changes.entered.length,
        moved: changes.moved.length,
        left: changes.left.length,
      }
    : null;
  if (change === 'left' && previous && changes) {
    return {
      ...{ run: previous.run, list: previous.list, counts },
      ...indexed(changes.left),
      ranksAt: (position) => ({ rank: null, previous_rank: position + 1, change: 'left' }),
    };
  }
  const inList = {
    ...{ run, list, counts },
    ranksAt: (position: number) => ranksAt(position, previous?.comparison),
  };
  if (change !== 'all') return { ...inList, ...indexed(changes?.[change] ?? new Uint32Array(0)) };
  if (filter.netLoss || filter.narrow) return { ...inList, ...indexed(passing(compared)) };
  return { ...inList, total: list.total, positionAt: (index) => index };
}

/** The positions whose rows pass a filter, whatever their change; by default of the whole list. */
function passes(
  list: PackedList,
  { netLoss, narrow }: RowFilter,
  positions: Uint32Array | undefined,
): Uint32Array {
  const narrowed = narrow ? narrow(list, positions) : (positions ?? allPositions(list));
  return netLoss ? narrowed.filter((position) => isNetLoss(list, position)) : narrowed;
}

function indexed(positions: Uint32Array): Pick<Selection, 'total' | 'positionAt'> {
  return { total: positions.length, positionAt: (index) => positions[index]! };
}

function allPositions({ total }: PackedList): Uint32Array {
  return Uint32Array.from({ length: total }, (_, position) => position);
}

const KEY_BYTES = 4;

/** Whether an org lost more people than it gained. The first two extras of attrition are the joined and the left. */
function isNetLoss({ entries, width }: PackedList, position: number): boolean {
  const added = position * width + KEY_BYTES;
  return width < KEY_BYTES + 12
    ? entries[added]! < entries[added + 1]!
    : entries.readInt32LE(added) < entries.readInt32LE(added + 4);
}

function ranksAt(position: number, comparison: Comparison | undefined): ReportPosition {
  const rank = position + 1;
  if (!comparison) return { rank, previous_rank: null, change: null };
  const before = comparison.previousRanks[position]!;
  if (before === 0) return { rank, previous_rank: null, change: 'entered' };
  return {
    rank,
    previous_rank: before,
    change: isMoved(comparison, position) ? 'moved' : 'stayed',
  };
}
