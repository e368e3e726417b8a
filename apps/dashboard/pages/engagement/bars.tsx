import type { Cadence, LifecycleChart } from '#libs/contracts';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { labelled } from '../../components/chart/frame.js';
import { periodName, shortPeriodName } from '../../components/chart/points.js';
import { PART_NAMES, STACK, type StackPart } from '../../labels/engagement.js';
import { formatNumber } from '../../labels/format.js';
import { Link } from '../../routing/link.js';
import { neighbour, stacked, type Segment } from './stack.js';

export type AddressOfPart = (period: string, part: StackPart) => string;

type Metric = LifecycleChart['metrics'][number];
type Layout = ReturnType<typeof stacked>;

interface Props {
  metrics: readonly Metric[];
  cadence: Cadence;
  addressOf: AddressOfPart;
}

const HEIGHT = 240;
const FOOT = 34;

/**
 * Bars of the periods: active ones above zero, dormant ones below. Each part of a bar is a link to its list. The chart
 * is one stop for the Tab key; the arrow keys move between its parts.
 */
export function LifecycleBars({ metrics, cadence, addressOf }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { segments, ticks, centre, bar, isEmpty } = stacked(metrics, width, HEIGHT - FOOT);
  const [at, setAt] = useState<Pick<Segment, 'index' | 'part'>>();
  /** The index of the period at the pointer or with the focus. */
  const [readIndex, setReadIndex] = useState<number>();
  const current =
    segments.find(({ index, part }) => index === at?.index && part === at.part) ?? segments.at(-1);
  const move = (event: KeyboardEvent) => {
    const next = current && neighbour(segments, current, event.key);
    if (!next) return;
    event.preventDefault();
    box.current!.querySelector<SVGAElement>(`[data-at="${keyOf(next)}"]`)?.focus();
  };
  const read = metrics[readIndex ?? metrics.length - 1] ?? metrics.at(-1);
  return (
    <>
      <Legend />
      <p class="readout" aria-hidden="true">
        {read && describe(read, cadence)}
      </p>
      <div ref={box} class="bars">
        <svg
          width={width}
          height={HEIGHT}
          role="group"
          aria-label="Lifecycle by period. The arrow keys move between the parts of the bars; each is a link to its list."
          onKeyDown={move}
        >
          <Grid ticks={ticks} width={width} />
          {segments.map((segment) => {
            const { index, part, x, y, height } = segment;
            const { date, cadence_completed: isOver, [part]: value } = metrics[index]!;
            return (
              <Link
                key={keyOf(segment)}
                href={addressOf(date, part)}
                data-at={keyOf(segment)}
                tabIndex={segment === current ? 0 : -1}
                class={`part ${part}${isOver ? '' : ' unfinished'}`}
                aria-label={`${periodName(date, cadence)}: ${formatNumber(value)} ${PART_NAMES[part].toLowerCase()}${isOver ? '' : ' so far'}`}
                onFocus={() => {
                  setAt({ index, part });
                  setReadIndex(index);
                }}
                onPointerEnter={() => setReadIndex(index)}
              >
                <rect x={x} y={y} width={bar} height={height} />
              </Link>
            );
          })}
          <Labels {...{ metrics, cadence, width, centre }} />
        </svg>
      </div>
      {isEmpty && <p class="soft">There was no activity in this range.</p>}
    </>
  );
}

function Grid({ ticks, width }: { ticks: Layout['ticks']; width: number }) {
  return (
    <g aria-hidden="true">
      {ticks.map(({ value, y }) => (
        <g key={value}>
          <line x1="0" x2={width} y1={y} y2={y} class={value === 0 ? 'zero' : 'grid'} />
          <text x="0" y={y - 3}>
            {formatNumber(Math.abs(value))}
          </text>
        </g>
      ))}
    </g>
  );
}

interface LabelsProps extends Pick<Props, 'metrics' | 'cadence'>, Pick<Layout, 'centre'> {
  width: number;
}

function Labels({ metrics, cadence, width, centre }: LabelsProps) {
  return (
    <g aria-hidden="true" class="labels">
      {labelled(metrics.length, width).map((index) => (
        <text key={index} x={centre(index)} y={HEIGHT - FOOT + 16}>
          {shortPeriodName(metrics[index]!.date, cadence)}
          {!metrics[index]!.cadence_completed && (
            <tspan x={centre(index)} dy="13">
              so far
            </tspan>
          )}
        </text>
      ))}
    </g>
  );
}

const keyOf = ({ index, part }: Pick<Segment, 'index' | 'part'>): string => `${index} ${part}`;

function describe(metric: Metric, cadence: Cadence): string {
  const soFar = metric.cadence_completed ? '' : ' so far';
  const parts = STACK.map(
    (part) => `${formatNumber(metric[part])} ${PART_NAMES[part].toLowerCase()}`,
  );
  return `${periodName(metric.date, cadence)}${soFar}: ${parts.join(' · ')}`;
}

function Legend() {
  return (
    <p class="legend" aria-hidden="true">
      {STACK.map((part) => (
        <span key={part}>
          <svg viewBox="0 0 28 12" class="bars-legend">
            <rect class={`part ${part}`} x="6" width="16" height="12" />
          </svg>
          {PART_NAMES[part]}
          {part === 'dormant' && ' (below zero)'}
        </span>
      ))}
      <span>
        <svg viewBox="0 0 28 12" class="bars-legend">
          <rect class="part returning unfinished" x="6" width="16" height="12" />
        </svg>
        not over yet
      </span>
    </p>
  );
}

/** The width of an element in pixels, 0 before the first layout. */
function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const look = () => setWidth(box.current!.clientWidth);
    const fit = new ResizeObserver(look);
    look();
    fit.observe(box.current!);
    return () => fit.disconnect();
  }, []);
  return width;
}
