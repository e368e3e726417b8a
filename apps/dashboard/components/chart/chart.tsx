import type { Cadence } from '#libs/contracts';
import { formatNumber } from '../../labels/format.js';
import { plot } from './plot.js';
import { describePoint, type Point } from './points.js';
import { ReadableChart } from './readable.js';

interface Props {
  /** The name of the metric. */
  name: string;
  points: readonly Point[];
  cadence: Cadence;
  colour: '--users' | '--orgs';
}

/** A line chart over periods. */
export function Chart({ name, points, cadence, colour }: Props) {
  return (
    <ReadableChart
      name={name}
      count={points.length}
      words={(index) => describePoint(points[index]!, cadence, formatNumber)}
      draw={(element, onIndex) => plot(element, points, { cadence, colour }, onIndex)}
      inputs={[points, cadence, colour]}
    />
  );
}
