import type { Machine } from './machine.js';
import { sizeName } from './options.js';
import type { Measured, Results } from './measured.js';
import { RUN_FIGURE, type Figure } from './stage.js';

const HEAD = ['what', 'median', 'min – max', 'anchor', 'ratio', 'must', 'aim', 'verdict'];
/** The bounds were set for this size and do not apply to others. */
const BOUNDED = 1_000_000;
/** The factor by which a run may take longer with ten times the users. */
const GROWTH = { from: BOUNDED, to: 10_000_000, must: 11, aim: 10 };

/** The text of RESULTS.md. */
export function describeResults({ machine, figures }: Results): string {
  const sizes = [...new Set(figures.map(({ users }) => users))].sort((one, other) => one - other);
  const growth = growthRow(figures);
  const sections = [
    '# Results',
    'Written by `npm run bench`; bench/results.json contains every sample.',
    describe(machine),
    explanation,
    ...sizes.flatMap((users) => section(users, figures)),
    ...(growth ? ['## Growth', table([growth])] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const explanation = [
  'An anchor is measured next to the figure that it is compared with, on the same data and the same cores.',
  'The ratio says how many times as fast as its anchor a figure is, or, for a page, how many times as long it takes. With an',
  'anchor, *must* and *aim* are bounds of the ratio, otherwise of the median. They are set for 1,000,000 users.',
].join('\n');

function describe({ cpu, cores, memoryGiB, node, postgres, duckdb }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, PostgreSQL ${postgres}, DuckDB ${duckdb}.`;
}

function section(users: number, all: readonly Measured[]): string[] {
  const figures = all.filter((figure) => figure.users === users);
  const times = [...new Set(figures.map(howMeasured))];
  return [
    `## ${users.toLocaleString('en')} users`,
    table(rows(figures)),
    times.map((text) => `- ${text}`).join('\n'),
  ];
}

function howMeasured({ users, stage, repeats, measuredAt }: Measured): string {
  const day = measuredAt.slice(0, 16).replace('T', ' ');
  return `${stage}: ${day} UTC, \`--users ${sizeName(users)} --repeats ${repeats}\``;
}

function table(rows: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The lines of the table for one size, also for the terminal. */
export function rows(figures: readonly Measured[]): string[][] {
  return figures.map((figure) => {
    const bounds = figure.users === BOUNDED ? {} : { must: undefined, aim: undefined };
    return row({ ...figure, ...bounds }, figures);
  });
}

function row(figure: Figure, others: readonly Figure[]): string[] {
  const anchor = others.find(({ what }) => what === figure.against);
  const ratio = anchor && ratioOf(figure, anchor);
  const { samples, unit, must, aim } = figure;
  const bound = (value: number | undefined) =>
    value === undefined ? '' : boundText(figure, value);
  return [
    figure.what,
    `${digits(median(samples))} ${unit}`,
    samples.length > 1 ? `${digits(Math.min(...samples))} – ${digits(Math.max(...samples))}` : '',
    anchor
      ? `${anchor.what}: ${digits(median(anchor.samples))} ${anchor.unit}`
      : (figure.against ?? ''),
    ratio === undefined ? '' : ratioText(figure, ratio),
    bound(must),
    bound(aim),
    verdict(figure, ratio),
  ];
}

function ratioText({ ratio: kind }: Figure, ratio: number): string {
  return kind === 'duration' ? `takes ${digits(ratio)} × as long` : `${digits(ratio)} × as fast`;
}

function boundText(figure: Figure, value: number): string {
  const sign = isHigherBetter(figure) ? '≥' : '≤';
  return `${sign} ${Number(value.toFixed(2))} ${figure.against === undefined ? figure.unit : '×'}`;
}

/** Whether the bounds are lower bounds: of the ratio, or of the median of a figure without an anchor. */
function isHigherBetter({ against, ratio, better }: Figure): boolean {
  return against === undefined ? better === 'higher' : ratio !== 'duration';
}

function ratioOf(figure: Figure, anchor: Figure): number {
  const [ours, theirs] = [median(figure.samples), median(anchor.samples)];
  return figure.better === 'lower' && figure.ratio !== 'duration' ? theirs / ours : ours / theirs;
}

function verdict(figure: Figure, ratio: number | undefined): string {
  if (figure.must === undefined && figure.aim === undefined) return '';
  if (figure.against !== undefined && ratio === undefined) return 'its anchor was not measured';
  const value = ratio ?? median(figure.samples);
  const reaches = (bound: number | undefined) =>
    bound !== undefined && (isHigherBetter(figure) ? value >= bound : value <= bound);
  if (reaches(figure.aim)) return 'reaches the aim';
  if (figure.must === undefined) return 'misses the aim';
  return reaches(figure.must) ? 'reaches the must' : '**misses the must**';
}

/** The growth of the time of a run, as a line of the table; undefined until both sizes were measured. */
export function growthRow(figures: readonly Measured[]): string[] | undefined {
  const at = (size: number) =>
    figures.find(({ users, what }) => users === size && what === RUN_FIGURE);
  const [small, large] = [at(GROWTH.from), at(GROWTH.to)];
  if (!small || !large) return undefined;
  const growth: Figure = {
    what: `a run on ${sizeName(GROWTH.to)} users, times one on ${sizeName(GROWTH.from)}`,
    unit: '×',
    samples: [median(large.samples) / median(small.samples)],
    better: 'lower',
    must: GROWTH.must,
    aim: GROWTH.aim,
  };
  return row(growth, []);
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Three significant digits; thousands in groups. */
function digits(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
