import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';

/** Draws into an element. @param onIndex called with the index of the value at the pointer */
export type Draw = (element: HTMLElement, onIndex: (index: number | undefined) => void) => uPlot;

interface Props {
  /** The name of the chart. */
  name: string;
  /** The number of values along the axis. */
  count: number;
  /** The values at an index as text. */
  words: (index: number) => string;
  draw: Draw;
  /** Everything that `draw` depends on: draws again when one of them changes. */
  inputs: readonly unknown[];
}

const STEPS = new Map([
  ['ArrowLeft', -1],
  ['ArrowDown', -1],
  ['ArrowRight', 1],
  ['ArrowUp', 1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

/** A chart whose values can be read with the pointer, the arrow keys or a screen reader. */
export function ReadableChart({ name, count, words, draw, inputs }: Props) {
  const drawn = useRef<uPlot | undefined>(undefined);
  const [index, setIndex] = useState<number>();
  const element = useDrawing(drawn, (box) => draw(box, setIndex), inputs);
  const last = count - 1;
  const read = Math.min(index ?? last, last);
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
        {words(read)}
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
        aria-valuetext={words(read)}
        onKeyDown={onKeyDown}
      />
    </>
  );
}

/** Draws into an element, and again when the data, the width or the colours change. */
function useDrawing(
  drawn: { current: uPlot | undefined },
  draw: (element: HTMLElement) => uPlot,
  inputs: readonly unknown[],
) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = element.current!;
    const drawAgain = () => {
      drawn.current?.destroy();
      drawn.current = draw(box);
    };
    const fit = new ResizeObserver(() => {
      const { current } = drawn;
      if (current && current.width !== box.clientWidth) drawAgain();
    });
    const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
      matchMedia(query),
    );
    drawAgain();
    fit.observe(box);
    for (const scheme of schemes) scheme.addEventListener('change', drawAgain);
    return () => {
      fit.disconnect();
      for (const scheme of schemes) scheme.removeEventListener('change', drawAgain);
      drawn.current?.destroy();
      drawn.current = undefined;
    };
  }, inputs);
  return element;
}
