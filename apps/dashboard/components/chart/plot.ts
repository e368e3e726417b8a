import type { Cadence } from '#libs/contracts';
import uPlot from 'uplot';
import { formatNumber } from '../../labels/format.js';
import { shortPeriodName, type Point } from './points.js';

const LABEL_WIDTH = 84;
const HEIGHT = 190;
const WHOLE_STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap((unit) =>
  [1, 2, 5].map((times) => times * unit),
);
const DASH = [5, 5];
const CLEAR = 'rgb(0 0 0 / 0)';

interface Look {
  /** The custom property of the style sheet with the line's colour. */
  colour: string;
  cadence: Cadence;
}

/** Draws points over their periods into an element. @param onIndex called with the index of the point at the pointer */
export function plot(
  element: HTMLElement,
  points: readonly Point[],
  look: Look,
  onIndex: (index: number | undefined) => void,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const line = colour(look.colour);
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    scales: {
      x: { time: false, range: () => [-0.3, points.length - 0.7] },
      y: { range: (_plot, _low, high) => [0, Math.max(4, high * 1.1)] },
    },
    axes: [dayAxis(points, look.cadence, colour), valueAxis(colour)],
    series: [
      {},
      { stroke: line, width: 1.5, dash: DASH, alpha: 0.5, points: { show: false } },
      {
        stroke: line,
        width: 2,
        fill: (self) => wash(self, line),
        points: { show: points.length < 3 },
      },
      {
        stroke: line,
        paths: () => null,
        points: { show: true, size: 8, fill: colour('--surface') },
      },
    ],
    hooks: {
      draw: [(self) => drawStem(self, points, line)],
      setCursor: [(self) => onIndex(self.cursor.idx ?? undefined)],
    },
  };
  return new uPlot(options, dataOf(points), element);
}

function dataOf(points: readonly Point[]): uPlot.AlignedData {
  return [
    points.map((_, index) => index),
    points.map(({ before }) => before?.value ?? null),
    points.map(({ value, finished }) => (finished ? value : null)),
    points.map(({ value, finished }) => (finished ? null : value)),
  ];
}

/**
 * Draws an unfinished period separately, on a dashed stem from the axis: as part of the line it would look like a
 * decrease.
 */
function drawStem(self: uPlot, points: readonly Point[], colour: string): void {
  const { ctx } = self;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * uPlot.pxRatio;
  ctx.setLineDash(DASH.map((length) => length * uPlot.pxRatio * 0.8));
  points.forEach(({ value, finished }, index) => {
    if (finished) return;
    const x = self.valToPos(index, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, self.valToPos(0, 'y', true));
    ctx.lineTo(x, self.valToPos(value, 'y', true) + 4 * uPlot.pxRatio);
    ctx.stroke();
  });
  ctx.restore();
}

function wash(self: uPlot, colour: string): CanvasGradient {
  const { top: from, height } = self.bbox;
  const gradient = self.ctx.createLinearGradient(0, from, 0, from + height);
  // Forced colours are names, so no transparency can be added to them.
  const [top, ground] = colour.startsWith('#') ? [`${colour}30`, `${colour}05`] : [CLEAR, CLEAR];
  gradient.addColorStop(0, top);
  gradient.addColorStop(1, ground);
  return gradient;
}

function dayAxis(
  points: readonly Point[],
  cadence: Cadence,
  colour: (name: string) => string,
): uPlot.Axis {
  return {
    stroke: colour('--ink-soft'),
    font: `11.5px ${colour('--font')}`,
    size: 28,
    gap: 6,
    grid: { show: false },
    ticks: { show: false },
    splits: (self) => labelled(points.length, self.width),
    values: (_self, splits) =>
      splits.map((index) => shortPeriodName(points[index]?.date ?? '1970-01-01', cadence)),
  };
}

/** The points with a label: as many as fit, counted from the latest. */
function labelled(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((count * LABEL_WIDTH) / width));
  const indexes: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) indexes.unshift(index);
  return indexes;
}

function valueAxis(colour: (name: string) => string): uPlot.Axis {
  return {
    stroke: colour('--ink-soft'),
    font: `11.5px ${colour('--font')}`,
    size: (_self, values) => 14 + 6.6 * Math.max(1, ...(values ?? []).map((text) => text.length)),
    gap: 6,
    space: 38,
    incrs: WHOLE_STEPS,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    values: (_self, splits) => splits.map(formatNumber),
  };
}
