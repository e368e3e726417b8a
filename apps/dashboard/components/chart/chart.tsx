import type { Cadence } from '#libs/contracts';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatNumber } from '../../labels/format.js';
import { plot } from './plot.js';
import { describePoint, type Point } from './points.js';

interface Props {
  /** The name of the metric. */
  name: string;
  points: readonly Point[];
  cadence: Cadence;
  colour: '--users' | '--orgs';
}

const STEPS = new Map([
  ['ArrowLeft', -1],
  ['ArrowDown', -1],
  ['ArrowRight', 1],
  ['ArrowUp', 1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

/** A line chart over periods. Its values can be read with the pointer, the arrow keys or a screen reader. */
export function Chart({ name, points, cadence, colour }: Props) {
  const drawn = useRef<uPlot | undefined>(undefined);
  const [index, setIndex] = useState<number>();
  const element = useDrawing(drawn, () => ({ points, cadence, colour, setIndex }), [
    points,
    cadence,
    colour,
  ]);
  const last = points.length - 1;
  const read = Math.min(index ?? last, last);
  const words = describePoint(points[read]!, cadence, formatNumber);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS.get(event.key);
    if (step === undefined || !drawn.current) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(last, read + step));
    drawn.current.setCursor({ left: drawn.current.valToPos(to, 'x'), top: 1 });
  };
  return (
    <>
      <p class="readout" aria-hidden="true">
        {words}
      </p>
      <div
        ref={element}
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label={`${name}, to be read with the arrow keys`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={read}
        aria-valuetext={words}
        onKeyDown={onKeyDown}
      />
    </>
  );
}

type Drawing = Pick<Props, 'points' | 'cadence' | 'colour'> & {
  setIndex: (index: number | undefined) => void;
};

/** Draws into an element, and again when the data, the width or the colours change. */
function useDrawing(
  drawn: { current: uPlot | undefined },
  what: () => Drawing,
  inputs: readonly unknown[],
) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = element.current!;
    const draw = () => {
      drawn.current?.destroy();
      const { points, cadence, colour, setIndex } = what();
      drawn.current = plot(box, points, { cadence, colour }, setIndex);
    };
    const fit = new ResizeObserver(() => {
      const { current } = drawn;
      if (current && current.width !== box.clientWidth) draw();
    });
    const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    );
    draw();
    fit.observe(box);
    for (const scheme of schemes) scheme.addEventListener('change', draw);
    return () => {
      fit.disconnect();
      for (const scheme of schemes) scheme.removeEventListener('change', draw);
      drawn.current?.destroy();
      drawn.current = undefined;
    };
  }, inputs);
  return element;
}
