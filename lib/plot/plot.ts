import { Canvas, LETTER_HEIGHT, LETTER_WIDTH, type Point } from "./canvas.ts";
import { type Charting, charting, type Group } from "./charting.ts";
import type { Colour } from "./png.ts";

/** Measurements: a row per time, its cells named by the columns; null where nothing was measured. */
export interface Series {
  readonly columns: readonly string[];
  /** The first cell is the time, in ISO 8601. */
  readonly rows: readonly (readonly unknown[])[];
}

const WIDTH = 900;
const MARGIN = 20;
/** Where the lines begin: what is left of it is the scale's. */
const LEFT = 150;
const RIGHT = WIDTH - MARGIN;
const TOP = 56;
const CHART_HEIGHT = 110;
const LEGEND_LINE = LETTER_HEIGHT + 8;
const MOST_GROUPS = 8;

const INK = 0;
const DIM = 1;
const GRID = 2;
const FIRST_LINE = 3;
/** The first are the ink's; the lines' can be told apart by who sees red and green alike. */
const COLOURS: readonly Colour[] = [
  ...[[29, 35, 48], [93, 102, 120], [222, 226, 234]] as const,
  ...[[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167]] as const,
  ...[[86, 180, 233], [153, 112, 0], [93, 58, 155], [120, 120, 120]] as const,
];
const LINE_COLOURS = COLOURS.length - FIRST_LINE;

interface Label {
  readonly text: string;
  readonly colour: number;
  readonly at: Point;
}

/**
 * Draws a series as a PNG file of some 30 KB, 200 at most: a chart for the lines that can be compared, eight
 * charts of eight lines at most below one another. Times are UTC.
 *
 * @returns undefined where nothing was measured
 */
export function drawSeries(
  { columns, rows }: Series,
  title: string,
): Uint8Array<ArrayBuffer> | undefined {
  const times = rows.map(([time]) => Date.parse(String(time)));
  const [from, to] = [times[0], times.at(-1)];
  if (from === undefined || to === undefined || columns.length < 2) return undefined;
  const rules = charting("en", "UTC");
  const groups = rules.groupsOf(columns);
  const charts = groups.slice(0, MOST_GROUPS)
    .map(({ unit, lines }) => ({ unit, lines: lines.slice(0, LINE_COLOURS) }))
    .map((group) => chartOf(group, rows, rules));
  const footer = LETTER_HEIGHT + 2 * MARGIN;
  const height = charts.reduce((sum, chart) => sum + chart.height, TOP + footer);
  const canvas = new Canvas({ width: WIDTH, height, colours: COLOURS });
  canvas.text({ x: MARGIN, y: MARGIN }, fitting(title), INK);
  const x = (time: number) => LEFT + (RIGHT - LEFT) * (to > from ? (time - from) / (to - from) : 1);
  const ticks = rules.timesWithin(from, to);
  let y = TOP;
  for (const chart of charts) {
    for (const { text, colour, at } of chart.labels) {
      const place = { x: at.x, y: y + at.y };
      canvas.fill({ x: place.x, y: place.y + 4 }, { width: 14, height: 6, colour });
      canvas.text({ x: place.x + 22, y: place.y }, text, INK);
    }
    drawChart(canvas, { chart, rules, rows, xs: times.map(x), ticks: ticks.map(x), y });
    y += chart.height;
  }
  for (const time of ticks) {
    const text = rules.timeShown(time, to - from);
    const width = text.length * LETTER_WIDTH;
    const left = Math.min(RIGHT - width, Math.round(x(time) - width / 2));
    canvas.text({ x: left, y: y + 2 }, text, DIM);
  }
  canvas.text({ x: MARGIN, y: y + 2 }, "UTC", DIM);
  const drawn = charts.flatMap(({ group }) => group.lines);
  const more = groups.flatMap(({ lines }) => lines).filter((line) => !drawn.includes(line))
    .map(({ column }) => column);
  if (more.length > 0) {
    const text = fitting(`not drawn: ${more.join(", ")}`);
    canvas.text({ x: MARGIN, y: height - LETTER_HEIGHT - 4 }, text, DIM);
  }
  return canvas.png();
}

interface Chart {
  readonly group: Group;
  readonly steps: readonly number[];
  readonly labels: readonly Label[];
  /** Where the lines are, below the chart's upper edge. */
  readonly offset: number;
  readonly height: number;
}

function chartOf(group: Group, rows: Series["rows"], rules: Charting): Chart {
  const { unit, lines } = group;
  const valuesAt = (at: number) => rows.map((row) => row[at]).filter(isNumber);
  const highest = Math.max(0, ...lines.flatMap(({ at }) => valuesAt(at)));
  const labels: Label[] = [];
  const place = { x: LEFT, y: 0 };
  for (const [number, { column, at }] of lines.entries()) {
    const values = valuesAt(at);
    const [last, top] = [values.at(-1) ?? 0, Math.max(0, ...values)];
    const told = `${rules.shown(last, unit)}, max ${rules.shown(top, unit)}`;
    const text = `${rules.nameOf(column)} ${values.length > 0 ? told : "-"}`;
    const width = 22 + text.length * LETTER_WIDTH;
    if (place.x > LEFT && place.x + width > RIGHT) {
      Object.assign(place, { x: LEFT, y: place.y + LEGEND_LINE });
    }
    labels.push({ text, colour: FIRST_LINE + number, at: { ...place } });
    place.x += width + 2 * LETTER_WIDTH;
  }
  const offset = place.y + LEGEND_LINE + 4;
  const steps = rules.stepsUpTo(highest, unit);
  return { group, steps, labels, offset, height: offset + CHART_HEIGHT + 22 };
}

function drawChart(
  canvas: Canvas,
  { chart, rules, rows, xs, ticks, y }: {
    chart: Chart;
    rules: Charting;
    rows: Series["rows"];
    xs: readonly number[];
    ticks: readonly number[];
    y: number;
  },
): void {
  const { group: { unit, lines }, steps, offset } = chart;
  const bottom = y + offset + CHART_HEIGHT;
  const heightOf = (value: number) => bottom - CHART_HEIGHT * value / (steps.at(-1) ?? 1);
  for (const x of ticks) {
    const line = { width: 1, height: CHART_HEIGHT, colour: GRID };
    canvas.fill({ x: Math.round(x), y: y + offset }, line);
  }
  for (const step of steps) {
    const level = Math.round(heightOf(step));
    canvas.fill({ x: LEFT, y: level }, { width: RIGHT - LEFT, height: 1, colour: GRID });
    const text = rules.shown(step, unit);
    const x = LEFT - 12 - text.length * LETTER_WIDTH;
    canvas.text({ x, y: level - LETTER_HEIGHT / 2 + 1 }, text, DIM);
  }
  for (const [number, { at }] of lines.entries()) {
    const colour = FIRST_LINE + number;
    const run: Point[] = [];
    for (const [index, row] of rows.entries()) {
      const value = row[at];
      if (isNumber(value)) run.push({ x: xs[index] ?? 0, y: heightOf(Math.max(0, value)) });
      else canvas.stroke(run.splice(0), colour);
    }
    canvas.stroke(run, colour);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function fitting(text: string): string {
  const most = Math.floor((WIDTH - 2 * MARGIN) / LETTER_WIDTH);
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}
