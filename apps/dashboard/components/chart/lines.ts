import type { Subject } from '#libs/contracts';
import uPlot from 'uplot';
import { drawFrame, wash, type Colour } from './frame.js';
import type { Draw } from './readable.js';

/** The look of a line: the first is the boldest. They differ in their dashes too, not only in colour. */
const LOOKS: readonly Partial<uPlot.Series>[] = [
  { width: 2.25 },
  { width: 1.75, dash: [7, 4] },
  { width: 1.5, dash: [2, 3] },
];

export const colourOf = (subject: Subject): '--users' | '--orgs' => `--${subject}s`;

/** Several values over the same periods, or one value as bars. */
interface Lines {
  labels: readonly string[];
  labelWidth?: number;
  /** The values of each line; null leaves a gap. */
  values: readonly (readonly (number | null)[])[];
  /** The index of the first period that is not over. */
  firstUnfinished?: number;
  colour: '--users' | '--orgs';
  format: (value: number) => string;
  least: number;
}

/** Draws lines. A period that is not over has hollow points, separate from the line: its values still grow. */
export const drawLines =
  ({ values, firstUnfinished = Infinity, colour: name, ...frame }: Lines): Draw =>
  (element, onIndex) => {
    const indexes = frame.labels.map((_, index) => index);
    const data = values.flatMap((line) => [
      line.map((value, index) => (index < firstUnfinished ? value : null)),
      line.map((value, index) => (index < firstUnfinished ? null : value)),
    ]);
    const series = (colour: Colour) =>
      values.flatMap((_, index): uPlot.Series[] => {
        const stroke = colour(name);
        return [
          {
            stroke,
            ...LOOKS[index],
            ...(index === 0 && { fill: (self) => wash(self, stroke) }),
            points: { show: frame.labels.length < 3 },
          },
          {
            stroke,
            paths: () => null,
            points: { show: true, size: 7, fill: colour('--surface') },
          },
        ];
      });
    return drawFrame(element, { ...frame, data: [indexes, ...data], series }, onIndex);
  };

/** Draws one value as bars. */
export const drawBars =
  ({ values, colour: name, ...frame }: Lines): Draw =>
  (element, onIndex) => {
    const bars = uPlot.paths.bars!({ size: [0.72, 48], radius: 0.12 });
    const series = (colour: Colour): uPlot.Series[] => [
      { stroke: colour(name), fill: colour(name), width: 0, paths: bars, points: { show: false } },
    ];
    const data: uPlot.AlignedData = [frame.labels.map((_, index) => index), [...values[0]!]];
    return drawFrame(element, { ...frame, data, series }, onIndex);
  };

/** The dashes of a line for a legend. */
export const dashesOf = (index: number): string | undefined => LOOKS[index]?.dash?.join(' ');
