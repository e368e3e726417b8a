import uPlot from 'uplot';

const LABEL_WIDTH = 84;
const HEIGHT = 190;
export const DASH = [5, 5];
const CLEAR = 'rgb(0 0 0 / 0)';
const WHOLE_STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap((unit) =>
  [1, 2, 5].map((times) => times * unit),
);
const PERCENT_STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/** The value of a custom property of the style sheet. */
export type Colour = (name: string) => string;

/** A drawing with labels below and values at the side. */
interface Frame {
  /** The labels along the axis, one for each index of the data. */
  labels: readonly string[];
  /** A label's width in pixels. */
  labelWidth?: number;
  data: uPlot.AlignedData;
  /** The series of the data, without the first, which is the index. */
  series: (colour: Colour) => uPlot.Series[];
  hooks?: (colour: Colour) => uPlot.Hooks.Arrays;
  /** The text of a value at the side. */
  format: (value: number) => string;
  /** The highest value at the side is at least this; shares end at 1. */
  least: number;
}

/** Draws a frame into an element. @param onIndex called with the index at the pointer */
export function drawFrame(
  element: HTMLElement,
  frame: Frame,
  onIndex: (index: number | undefined) => void,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    scales: {
      x: { time: false, range: () => [-0.3, frame.labels.length - 0.7] },
      y: { range: (_plot, _low, high) => [0, Math.max(frame.least, high * 1.1)] },
    },
    axes: [labelAxis(frame, colour), valueAxis(frame, colour)],
    series: [{}, ...frame.series(colour)],
    hooks: {
      ...frame.hooks?.(colour),
      setCursor: [(self) => onIndex(self.cursor.idx ?? undefined)],
    },
  };
  return new uPlot(options, frame.data, element);
}

/** The area below a line. */
export function wash(self: uPlot, colour: string): CanvasGradient {
  const { top: from, height } = self.bbox;
  const gradient = self.ctx.createLinearGradient(0, from, 0, from + height);
  // Forced colours are names, so no transparency can be added to them.
  const [top, ground] = colour.startsWith('#') ? [`${colour}30`, `${colour}05`] : [CLEAR, CLEAR];
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, ground);
  return gradient;
}

function labelAxis({ labels, labelWidth = LABEL_WIDTH }: Frame, colour: Colour): uPlot.Axis {
  return {
    stroke: colour('--ink-soft'),
    font: `11.5px ${colour('--font')}`,
    size: 28,
    gap: 6,
    grid: { show: false },
    ticks: { show: false },
    splits: (self) => labelled(labels.length, self.width, labelWidth),
    values: (_self, splits) => splits.map((index) => labels[index] ?? ''),
  };
}

/** The indexes with a label: as many as fit, counted from the last. */
export function labelled(count: number, width: number, labelWidth = LABEL_WIDTH): number[] {
  const step = Math.max(1, Math.ceil((count * labelWidth) / width));
  const indexes: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) indexes.unshift(index);
  return indexes;
}

function valueAxis({ format, least }: Frame, colour: Colour): uPlot.Axis {
  return {
    stroke: colour('--ink-soft'),
    font: `11.5px ${colour('--font')}`,
    size: (_self, values) => 14 + 6.6 * Math.max(1, ...(values ?? []).map((text) => text.length)),
    gap: 6,
    space: 38,
    incrs: least < 1 ? PERCENT_STEPS : WHOLE_STEPS,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    values: (_self, splits) => splits.map(format),
  };
}
