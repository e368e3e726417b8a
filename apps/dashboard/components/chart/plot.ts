import type { Cadence } from '#libs/contracts';
import uPlot from 'uplot';
import { formatNumber } from '../../labels/format.js';
import { DASH, drawFrame, wash } from './frame.js';
import { shortPeriodName, type Point } from './points.js';

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
  const frame = {
    labels: points.map(({ date }) => shortPeriodName(date, look.cadence)),
    data: dataOf(points),
    format: formatNumber,
    least: 4,
    series: (colour: (name: string) => string): uPlot.Series[] => {
      const line = colour(look.colour);
      return [
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
      ];
    },
    hooks: (colour: (name: string) => string) => ({
      draw: [(self: uPlot) => drawStem(self, points, colour(look.colour))],
    }),
  };
  return drawFrame(element, frame, onIndex);
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
