import type { LifecycleChart } from '#libs/contracts';
import { STACK, type StackPart } from '../../labels/engagement.js';

type Metric = LifecycleChart['metrics'][number];

/** A part of a bar, in pixels. */
export interface Segment {
  /** Of the period. */
  index: number;
  part: StackPart;
  x: number;
  y: number;
  height: number;
}

const LEFT = 34;
const RIGHT = 14;
const TOP = 12;
const WIDEST = 44;
const TICKS = 5;

/** Lays out the bars: `returning`, `new` and `resurrected` from zero upwards, `dormant` downwards. */
export function stacked(metrics: readonly Metric[], width: number, height: number) {
  const above = Math.max(0, ...metrics.map(({ active }) => active));
  const below = Math.max(0, ...metrics.map(({ dormant }) => dormant));
  const scale = (height - TOP) / Math.max(1, above + below);
  const zero = TOP + above * scale;
  const band = Math.max(0, width - LEFT - RIGHT) / Math.max(1, metrics.length);
  const bar = Math.max(1, Math.min(WIDEST, band * 0.72));
  const centre = (index: number) => LEFT + (index + 0.5) * band;
  const segments = metrics.flatMap((metric, index) => {
    let top = zero;
    return STACK.flatMap((part): Segment[] => {
      const tall = metric[part] * scale;
      const y = part === 'dormant' ? zero : (top -= tall);
      return metric[part] === 0
        ? []
        : [{ index, part, x: centre(index) - bar / 2, y, height: tall }];
    });
  });
  const ticks = ticksOf(above, below).map((value) => ({ value, y: zero - value * scale }));
  return { segments, ticks, centre, bar, isEmpty: above + below === 0 };
}

/** Round values from below zero to above it, at most about five. */
function ticksOf(above: number, below: number): number[] {
  const rough = (above + below) / TICKS;
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = unit * ([1, 2, 5, 10].find((times) => times * unit >= rough) ?? 1);
  const ticks: number[] = [];
  for (let value = -Math.floor(below / step) * step; value <= above; value += step) {
    ticks.push(value);
  }
  return ticks;
}

const UPWARDS: readonly StackPart[] = ['dormant', 'returning', 'new', 'resurrected'];

/** The segment to which an arrow key moves: in the next period, or above or below; undefined for other keys. */
export function neighbour(
  segments: readonly Segment[],
  from: Segment,
  key: string,
): Segment | undefined {
  const level = ({ part }: Segment) => UPWARDS.indexOf(part);
  const inBar = (index: number) => segments.filter((one) => one.index === index);
  const distance = (one: Segment) => Math.abs(level(one) - level(from));
  const nearest = (bar: readonly Segment[]) =>
    bar.toSorted((one, other) => distance(one) - distance(other))[0];
  switch (key) {
    case 'ArrowLeft':
      return nearest(inBar(segments.findLast(({ index }) => index < from.index)?.index ?? -1));
    case 'ArrowRight':
      return nearest(inBar(segments.find(({ index }) => index > from.index)?.index ?? -1));
    case 'Home':
      return nearest(inBar(segments[0]!.index));
    case 'End':
      return nearest(inBar(segments.at(-1)!.index));
    case 'ArrowUp':
      return nearest(inBar(from.index).filter((one) => level(one) > level(from)));
    case 'ArrowDown':
      return nearest(inBar(from.index).filter((one) => level(one) < level(from)));
    default:
      return undefined;
  }
}
